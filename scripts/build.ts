/**
 * Builds `dist/` from `src/`: the compiler writes plain JavaScript to `build/`, ncc bundles it.
 * With `--check`, builds beside `dist/` and fails when the committed bundle differs from the sources.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

function run(command: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}\nbuild: ${command} ${args.join(' ')} failed\n`)
    process.exit(1)
  }
}

function build(target: string): void {
  rmSync('build', { recursive: true, force: true })
  run('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'])
  rmSync(target, { recursive: true, force: true })
  run('node_modules/.bin/ncc', ['build', 'build/main.js', '--out', target, '--license', 'licenses.txt'])
}

function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return new Map(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(folder.length + 1), readFileSync(path, 'base64')]
    }),
  )
}

if (process.argv.includes('--check')) {
  const fresh = mkdtempSync(join(tmpdir(), 'dist-'))
  build(fresh)
  const [expected, committed] = [contents(fresh), contents('dist')]
  rmSync(fresh, { recursive: true })
  const differing = [...new Set([...expected.keys(), ...committed.keys()])].filter(
    (name) => expected.get(name) !== committed.get(name),
  )
  if (differing.length > 0) {
    process.stderr.write(`dist/ is not what src/ builds (${differing.join(', ')}). Run: npm run build\n`)
    process.exit(1)
  }
  process.stdout.write('dist/ is what src/ builds\n')
} else {
  build('dist')
}
