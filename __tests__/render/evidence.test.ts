import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Verdict } from '../../src/audit/model.ts'
import { csvCell, renderHoldersCsv } from '../../src/render/evidence/csv.ts'
import { renderEvidence } from '../../src/render/evidence/page.ts'
import { settings } from '../property-settings.ts'
import { attached, groupOf, holding, IAM, member, path, user, verdictWith } from './builders.ts'
import { situations } from './northwind.ts'
import { evidenceContext } from './northwind-samples.ts'

const { '7-causes': seven, '0-causes': none } = situations() as Record<string, Verdict> & {
  readonly '7-causes': Verdict
  readonly '0-causes': Verdict
}

/** The lines of a CSV with their cells, as RFC 4180 reads them: a second, plain reader. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let at = 0
  while (at < text.length) {
    let cell = ''
    if (text[at] === '"') {
      at++
      while (text[at] !== '"' || text[at + 1] === '"') {
        if (text[at] === '"') at++
        cell += text[at++]
      }
      at++
    } else while (at < text.length && text[at] !== ',' && text[at] !== '\r') cell += text[at++]
    rows.at(-1)?.push(cell)
    if (text[at] === ',') at++
    else {
      at += 2
      rows.push([])
    }
  }
  return rows.slice(0, -1)
}

describe('holders.csv', () => {
  test('has one line for each principal, permission and path, all of the same columns', () => {
    const rows = readCsv(renderHoldersCsv(seven, evidenceContext(seven)))
    const paths = seven.holdings.filter((one) => one.counts).flatMap((one) => one.paths)
    expect(rows).toHaveLength(paths.length + 1)
    for (const row of rows) expect(row).toHaveLength(rows[0]?.length ?? 0)
  })

  test('says what became of each approval', () => {
    const [head = [], ...rows] = readCsv(renderHoldersCsv(seven, evidenceContext(seven)))
    const of = (name: string, column: string) =>
      rows.find((row) => row[head.indexOf('principal')] === name)?.[head.indexOf(column)]
    expect(of('ada', 'status')).toBe('approved')
    expect(of('ada', 'reviewers')).toBe('hubot; monalisa')
    expect(of('quentin.eriksen', 'status')).toBe('not approved')
    expect(of('elif.adeyemi', 'status')).toBe('approval expired')
    expect(of('ci-deploy', 'status')).toBe('exceeds its approval')
    expect(of('ada', 'mfa')).toBe('not readable, iam:mfa:listMFADevicesV5 is missing')
  })

  test.each([
    ...[
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '|cmd',
      '%0A=1',
      '\t=1',
      '\r=1',
      '\n=1',
      ' =1',
      '＝1',
      '＋1',
      '－1',
      '＠x',
    ],
    ...['\u200b=1', '\u00a0=1', '\ufeff=1'],
  ])('%j is no formula', (text) => {
    const [[cell = ''] = []] = readCsv(`${csvCell(text)}\r\n`)
    expect(cell).not.toMatch(/^[\s\u200b\ufeff]*[=+\-@|%＝＋－＠\t\r\n]/)
  })

  test('any text is one cell on one line, and reads back as what people see', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const cell = csvCell(text)
        expect(cell).not.toMatch(/[\r\n\t]/)
        expect(readCsv(`${cell},"x"\r\n`)[0]).toHaveLength(2)
        expect(readCsv(`${cell}\r\n`)[0]?.[0]).not.toMatch(/^[=+\-@\t\r]/)
      }),
      settings(),
    )
  })
})

const hostile = [
  '</td></table><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)',
  "'><svg/onload=alert(1)>",
  '&lt;script&gt;',
  'javascript:alert(1)',
  '\u202egnp.exe',
  '</style><style>*{display:none}</style>',
  '<!-- -->',
  ']]>',
]

/** Names that are made to be more than names, everywhere that a name may stand. */
function hostileVerdict(name: string): Verdict {
  const who = { ...user('x'), name }
  const link = { ...attached(name, { ...groupOf('g'), name }), version_id: name }
  const links = [{ ...member('g'), group: name }, link]
  return verdictWith(
    [{ kind: 'attachment', rows: [{ principal: who, paths: [path(links, name)], permission: name }] }],
    [holding({ principal: { ...user('y'), name }, paths: [path(links, name)] })],
    {
      ...{ account: { id: name, name }, auditor: { urn: name, id: name }, notices: [name] },
      ...{ root_user: { user_id: name, user: name, enabled: true } },
      gaps: [
        {
          ...{ code: name, call: name, message: name, remedy: name, iam_action: name, http_code: name },
          ...{ document: null, reaches: [who] },
        },
      ],
      dormant: [{ agency_id: name, agency: name, why: 'expired' }],
      expiring: [
        {
          principal: who,
          permission: name,
          expires: '2026-12-01',
          days_left: 5,
          owner: name,
          entry_index: 0,
        },
      ],
      renamed: [{ principal: who, permission: IAM, recorded: name, recorded_id: null, entry_index: 0 }],
      permissions: [
        { name, severity: 'high', holds: 'any', definition: { actions: [name], except: [name] } },
      ],
    },
  )
}

describe('evidence.html', () => {
  test.each(hostile)('%j is text and nothing more', (name) => {
    const base = evidenceContext({ holdings: [] })
    const run = {
      ...base.run,
      repository: name,
      sha: name,
      url: name,
      actor: name,
      event: name,
      run_id: name,
    }
    const page = renderEvidence(hostileVerdict(name), { ...base, run, unread: [name], configPath: name })
    const plain = renderEvidence(hostileVerdict('plain'), {
      ...base,
      run: { ...base.run, url: 'plain' },
      unread: ['plain'],
    })
    // The same tags as with plain names, but for links: no tag, attribute or entity came of a name.
    const tags = (text: string): string[] => text.match(/<[a-z!/][^>]*>/gi) ?? []
    const shapes = (text: string): string[] =>
      tags(text).map((tag) => tag.replace(/(viewBox|width|height|d|x|y)="[^"]*"/g, '$1'))
    expect(shapes(page)).toEqual(shapes(plain))
    expect(page).not.toMatch(/[\u202e\u200b]/)
  })

  test('an address that is none of a web page is no link', () => {
    const base = evidenceContext({ holdings: [] })
    const page = renderEvidence(none, { ...base, run: { ...base.run, url: 'javascript:alert(1)' } })
    expect(page).not.toMatch(/href="javascript/i)
  })

  test('asks nobody for anything, and the script is the one that its policy names', () => {
    const page = renderEvidence(seven, evidenceContext(seven))
    expect(page).not.toMatch(/\b(src|srcset|action|data)=|@import|url\(/)
    expect(page).toMatch(
      /default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[A-Za-z0-9+/]{43}='/,
    )
    expect(page.match(/<script/g)).toHaveLength(1)
  })

  test('has whatever an auditor asks for', () => {
    const page = renderEvidence(seven, evidenceContext(seven))
    for (const words of [
      ...['cafe123', '#12', 'hubot, monalisa', 'Platform on-call, SEC-123', '2027-03-31', 'platform-team'],
      ...['f00dfeed', 'Not looked at', 'The account says', 'Definitions', '<svg role="img"', 'SHA-256'],
    ])
      expect(page.replaceAll('&#35;', '#')).toContain(words)
  })

  test('5,000 holders are a page of some megabytes', () => {
    const link = attached('DevTools', groupOf('developers'))
    const many = Array.from({ length: 5000 }, (_, at) =>
      holding({ principal: user(`developer-${at}`), paths: [path([member('developers'), link])] }),
    )
    const verdict = verdictWith([], many)
    const page = renderEvidence(verdict, evidenceContext(verdict))
    expect(page.length).toBeLessThan(10_000_000)
    expect(page).toContain('5000 users')
  })
})
