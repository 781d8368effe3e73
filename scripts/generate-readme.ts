/** Rewrites the generated blocks of the README. A test holds the committed file to it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { withBlocks } from './readme-blocks.ts'

writeFileSync('README.md', withBlocks(readFileSync('README.md', 'utf8')))
