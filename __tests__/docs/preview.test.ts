import { describe, expect, test } from '@jest/globals'
import { type Artefact, previewPage } from '../../scripts/preview.ts'
import { pictureFrom } from '../../scripts/preview-picture.ts'

const pageOf = (artefact: Artefact): string =>
  previewPage([{ title: 'Chapter', about: 'about', artefacts: [artefact] }]).split('<main>')[1] ?? ''

describe('the preview shows', () => {
  test('Markdown as GitHub does, with its charts drawn', () => {
    const chart = '```mermaid\nflowchart LR\n  n0(["alice"])\n  n1[["Admin v1"]]\n  n0 --> n1\n```'
    const page = pageOf({
      kind: 'summary',
      title: 'Summary',
      text: `# Title\n\n| a |\n| - |\n| b |\n\n${chart}\n`,
    })
    for (const part of ['<h1>Title</h1>', '<td>b</td>', '<svg', '>Admin v1</text>'])
      expect(page).toContain(part)
    expect(page).not.toContain('flowchart')
  })

  test('annotations, and nothing else of the runner’s commands', () => {
    const lines = [
      '::add-mask::secret',
      '::error title=Held,file=a%2Cb.yml,line=3::alice%0Aholds <all>',
      'text',
    ]
    const page = pageOf({ kind: 'annotations', title: 'Annotations', lines })
    expect(page).toContain('a,b.yml#L3')
    expect(page).toContain('alice holds &lt;all&gt;')
    expect(page).not.toContain('secret')
  })

  test('lines that differ, and what is near', () => {
    const text = (...more: string[]): string => ['a', 'b', 'c', 'd', 'e', ...more, 'f'].join('\n')
    const page = pageOf({ kind: 'diff', title: 'file', before: text('old'), after: text('new', 'newer') })
    const rows = [...page.matchAll(/<tr class="[a-z]*"><td>(.)<\/td><td>([^<]*)<\/td>/g)].map(
      ([, mark, line]) => `${mark}${line}`,
    )
    expect(rows).toEqual([' c', ' d', ' e', '-old', '+new', '+newer', ' f'])
  })

  test('a list of values with commas, quotes and a mark at its head', () => {
    const page = pageOf({ kind: 'csv', title: 'csv', text: '\uFEFFwho,what\r\n"a, ""b""",<i>\r\n' })
    expect(page).toContain('<th>who</th><th>what</th>')
    expect(page).toContain('<td>a, &quot;b&quot;</td><td>&lt;i&gt;</td>')
  })

  test('a page within, which cannot reach out of its frame', () => {
    const page = pageOf({ kind: 'page', title: 'evidence', html: '<p>"x"</p>' })
    expect(page).toContain('srcdoc="&lt;p&gt;&quot;x&quot;&lt;/p&gt;"')
    expect(page).toContain('sandbox="allow-scripts"')
  })
})

test('a chart with a circle ends', () => {
  expect(pictureFrom('  n0["a"]\n  n1["b"]\n  n0 --> n1\n  n1 --> n0\n')).toContain('<svg')
})
