/** Writes the sample summaries, issues and comments for a reviewer to look at. A test holds the files to it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { samples } from '../__tests__/render/samples.ts'

const folder = '__tests__/render/golden'
mkdirSync(folder, { recursive: true })
for (const [name, text] of samples()) writeFileSync(`${folder}/${name}`, text)
