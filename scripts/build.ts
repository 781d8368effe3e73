/**
 * Builds `dist/` from `src/`: the compiler writes plain JavaScript to `build/`, ncc makes a bundle of the action and one
 * of the command `iam-audit`. With `--check`, builds beside `dist/` and fails when the committed bundles differ from the
 * sources. With `--out FOLDER`, builds there.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  // ncc numbers modules by their path on disk: packages behind a link would make other bundles than those of a clone.
  if (lstatSync('node_modules').isSymbolicLink()) {
    process.stderr.write('build: node_modules is a link; run npm ci here first\n')
    process.exit(1)
  }
  rmSync('build', { recursive: true, force: true })
  run('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'])
  rmSync(target, { recursive: true, force: true })
  bundle('build/main.js', target)
  const beside = mkdtempSync(join(tmpdir(), 'cli-'))
  bundle('build/cli.js', beside)
  // One list for both, in which what both have stands once.
  const licenses = new Set([target, beside].flatMap(licensesIn))
  writeFileSync(join(target, 'licenses.txt'), [...licenses].join(''))
  writeFileSync(
    join(target, 'cli.js'),
    `#!/usr/bin/env node\n${readFileSync(join(beside, 'index.js'), 'utf8')}`,
  )
  chmodSync(join(target, 'cli.js'), 0o755)
  rmSync(beside, { recursive: true })
}

function bundle(entry: string, target: string): void {
  run('node_modules/.bin/ncc', ['build', entry, '--out', target, '--license', 'licenses.txt'])
}

/** Each package with its license, as ncc lists them one after the other. */
function licensesIn(folder: string): string[] {
  const text = readFileSync(join(folder, 'licenses.txt'), 'utf8').replace(/\n*$/, '\n\n')
  return text.split(/^(?=(?:@[\w.-]+\/)?[\w.-]+\n(?:[A-Z0-9][\w.-]*)\n(?:.*[Ll]icense|\(|Copyright|\n))/m)
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
  const at = process.argv.indexOf('--out')
  build(at < 0 ? 'dist' : (process.argv[at + 1] ?? 'dist'))
}
