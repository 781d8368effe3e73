/** Rewrites the generated blocks of the README, and the identity policy of the examples. A test holds them to it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { auditorPolicy } from '../src/cloud/permissions-needed.ts'
import { withBlocks } from './readme-blocks.ts'

writeFileSync('examples/identity-policy.json', `${JSON.stringify(auditorPolicy(), null, 2)}\n`)
writeFileSync('README.md', withBlocks(readFileSync('README.md', 'utf8')))
