/** `iam-audit init` at a terminal: `script` of util-linux makes one. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from '@jest/globals'
import { readConfig } from '../../src/config/read-config.ts'
import { CONFIG } from './world.ts'

const hasScript = /util-linux/.test(String(spawnSync('script', ['--version']).stdout ?? ''))
/** Elsewhere the questions are tested by themselves. */
const atTerminal = hasScript ? test : test.skip

interface Typed {
  readonly folder: string
  readonly shown: string
  readonly exitCode: number
}

/** Types lines at a terminal, and shows what it shows. */
async function typed(lines: string, look: (typed: Typed) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'iam-audit-init-'))
  try {
    execFileSync('git', ['init', '--quiet', folder])
    const command = `'${process.execPath}' '${resolve('dist/cli.js')}' init`
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      ...{ cwd: folder, input: lines, encoding: 'utf8', timeout: 20_000 },
      env: { PATH: process.env.PATH, TERM: 'dumb' },
    })
    look({ folder, shown: stdout, exitCode: status ?? -1 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

atTerminal('asks, and writes what was answered', async () => {
  await typed('d78cbac1\nno-owner\nacme/security\neu-west-101\n', ({ folder, shown, exitCode }) => {
    expect(shown).toContain('Account id in Huawei Cloud: ')
    expect(shown).toMatch(/found "no-owner"; allowed: owner\/name/)
    expect(shown).toContain('Region [ap-southeast-1]: ')
    expect(shown).toContain('wrote     .github/iam-audit.yml')
    expect(exitCode).toBe(0)
    expect(readConfig(readFileSync(join(folder, CONFIG), 'utf8'), CONFIG).account).toBe('d78cbac1')
    const workflow = readFileSync(join(folder, '.github/workflows/iam-audit.yml'), 'utf8')
    expect(workflow).toContain('iam-endpoint: https://iam.eu-west-101.myhuaweicloud.eu\n')
  })
})

atTerminal('closed in the middle writes nothing, and says so in one line', async () => {
  // Control and D: nothing more is typed.
  await typed('d78cbac1\n\u0004', ({ folder, shown, exitCode }) => {
    expect(shown).toMatch(/^iam-audit: The questions were not answered, and nothing was written: /m)
    expect(shown).not.toMatch(/^ +at /m)
    expect(exitCode).toBe(2)
    expect(existsSync(join(folder, '.github'))).toBe(false)
  })
})
