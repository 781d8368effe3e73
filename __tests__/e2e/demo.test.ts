import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

/** Lines that a terminal shows at once, where nobody has shrunk it. */
const SCREEN = 50

test('npm start tells the story in four acts of a screen each, and leaves a page with everything', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'preview-'))
  try {
    const path = join(folder, 'preview.html')
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['simulator/demo.ts', path])
    expect(stderr).toBe('')
    // No colours and no commands of the runner, whatever reads it.
    expect(stdout).not.toMatch(/\u001b|^ *::/m)
    const [, , one = '', , two = '', , three = '', , four = ''] = stdout.split(/^═+$/m)
    for (const screen of [one, two, three, four]) expect(screen.split('\n').length).toBeLessThan(SCREEN)
    expect(one).toContain('DRIFT agency release-bot')
    expect(two).toContain('attached to group')
    expect(three).toContain('1 approval added')
    expect(four).toContain('The issue is closed')
    expect(four).toMatch(/release-bot, iam-administration: revoked/)
    expect(four).toMatch(/viktor\.dimitrov, iam-administration: approved in ddddddd/)

    const page = readFileSync(path, 'utf8')
    for (const words of ['mode check', 'The first baseline', 'unapproved IAM holders', 'The gate passes'])
      expect(page).toContain(words)
    for (const words of ['evidence.html', 'holders.csv', 'class="added"', '<svg', 'pill closed'])
      expect(page).toContain(words)
    // It needs no network: nothing is loaded, and the one page within has a policy of its own.
    expect(page.replace(/srcdoc="[^"]*"/g, '')).not.toMatch(/<(script|link|img)\b|@import|url\(/)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 180_000)
