/** Rewrites what of the documents is generated, the picture of the issue, and the policies of the examples. Tests hold them to it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { auditorPolicy, auditorWildcardPolicy } from '../src/cloud/iam/permissions-needed.ts'
import { issuePicture } from './issue-picture.ts'
import { documents, withBlocks } from './readme-blocks.ts'

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
writeFileSync('examples/identity-policy.json', json(auditorWildcardPolicy()))
writeFileSync('examples/identity-policy-exact.json', json(auditorPolicy()))
writeFileSync('docs/issue.svg', issuePicture())
for (const path of documents) writeFileSync(path, withBlocks(readFileSync(path, 'utf8')))
