/** Writes the sample summaries, issues, comments and pages for a reviewer to look at. A test holds the files to it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { northwindSamples } from '../__tests__/render/northwind-samples.ts'
import { samples } from '../__tests__/render/samples.ts'

function write(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of files) writeFileSync(`${folder}/${name}`, text)
}

write('__tests__/render/golden', samples())
write('__tests__/render/golden/northwind', northwindSamples())
