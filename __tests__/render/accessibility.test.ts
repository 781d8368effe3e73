/** The page of the evidence in a real browser, checked with axe-core. Says clearly when no browser was there. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { Verdict } from '../../src/audit/model.ts'
import { renderEvidence } from '../../src/render/evidence/page.ts'
import { situations } from './northwind.ts'
import { evidenceContext } from './northwind-samples.ts'

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const browser = browsers.find((name) => spawnSync(name, ['--version']).status === 0)

/** What a page says after its scripts ran. The browser has no network to ask. */
function domOf(html: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'))
  try {
    const file = join(folder, 'page.html')
    writeFileSync(file, html)
    const { stdout, status } = spawnSync(
      browser ?? '',
      [
        ...['--headless=new', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=20000', '--dump-dom'],
        ...[
          '--host-resolver-rules=MAP * ~NOTFOUND',
          `--user-data-dir=${join(folder, 'profile')}`,
          `file://${file}`,
        ],
      ],
      { encoding: 'utf8', timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
    )
    expect(status).toBe(0)
    return stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const verdicts = situations()
const pageOf = (name: string): string => {
  const verdict = verdicts[name] as Verdict
  return renderEvidence(verdict, evidenceContext(verdict))
}

if (browser === undefined && process.env.CI !== 'true') {
  test('NOT RUN: the accessibility check needs Chromium (apt-get install chromium), which is not here', () => {
    console.warn('The accessibility of evidence.html was not checked: there is no Chromium.')
  })
} else {
  test('a browser is there to check with', () => {
    expect(browser).toBeDefined()
  })

  test.each(['0-causes', '7-causes', 'first-run', 'incomplete'])(
    '%s: axe-core finds nothing to mend',
    (name) => {
      const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
      const run = `axe.run(document).then((found) => {
        const pre = document.createElement('pre')
        pre.id = 'axe'
        const rows = found.violations.map(({ id, nodes }) => id + ' ' + nodes.map((one) => one.target).join(' '))
        pre.textContent = JSON.stringify({ rows, passes: found.passes.length })
        document.body.append(pre)
      })`
      // The page's own policy would not let the checker in.
      const page = pageOf(name)
        .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
        .replace('</body>', () => `<script>${axe}</script><script>${run}</script></body>`)
      const [, result = ''] = /<pre id="axe">([\s\S]*?)<\/pre>/.exec(domOf(page)) ?? []
      const { rows, passes } = JSON.parse(result)
      expect(rows).toEqual([])
      expect(passes).toBeGreaterThan(15)
    },
    180_000,
  )

  test('the script sorts and filters under the page’s own policy', () => {
    const dom = domOf(pageOf('7-causes'))
    expect(dom).toContain('aria-label="Sort by Severity"')
    expect(dom).toContain('type="search"')
  }, 180_000)

  test('without the script the page says the same', () => {
    const page = pageOf('7-causes')
    const dom = domOf(page.replace(/<script>[\s\S]*<\/script>/, ''))
    for (const words of ['Held and not approved', 'quentin', 'IAMFullAccessPolicy'])
      expect(dom).toContain(words)
    expect(dom).not.toContain('type="search"')
  }, 180_000)
}
