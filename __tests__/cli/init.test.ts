/** What `iam-audit init` asks and writes. */
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { askAll, type Question } from '../../src/cli/init/ask.ts'
import { factsFrom } from '../../src/cli/init/facts.ts'
import { filledFiles } from '../../src/cli/init/fill.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { type Inputs, readInputs } from '../../src/run/inputs.ts'

const questions: readonly Question[] = [
  { name: 'account', words: 'Account id', fallback: null },
  { name: 'region', words: 'Region', fallback: 'ap-southeast-1' },
]

/** A terminal at which somebody types these lines, and then nothing more. */
async function asked(lines: string) {
  const output = new PassThrough()
  const answers = await askAll(questions, { input: Readable.from([lines]), output })
  return { answers, shown: String(output.read() ?? '') }
}

describe('the questions of init', () => {
  test('take an answer each, an empty one for what is proposed', async () => {
    expect(await asked('d78c\n\n')).toEqual({
      answers: { account: 'd78c', region: 'ap-southeast-1' },
      shown: 'Account id: Region [ap-southeast-1]: ',
    })
  })

  test('are asked again, with why, until the answer can be taken', async () => {
    const { answers, shown } = await asked('\n  a"b \n d78c \nmoon\neu-west-101\n')
    expect(answers).toEqual({ account: 'd78c', region: 'eu-west-101' })
    expect(shown).toMatch(
      /^Account id: An answer is needed\.\nAccount id: found .*; allowed: the account id.*\nAccount id: Region .*: found "moon"; allowed: .*\nRegion \[ap-southeast-1\]: $/,
    )
  })

  test.each(['', 'd78c\n', 'd78c\nmoon\n'])(
    'that nobody answers to the end (%j) are refused',
    async (lines) => {
      await expect(asked(lines)).rejects.toThrow(
        'The questions were not answered, and nothing was written: --account, --region say it too.',
      )
    },
  )
})

/** What a runner hands to the action for each step of the written workflows that runs it. */
function stepsOf(files: Readonly<Record<string, string>>): readonly Inputs[] {
  return Object.entries(files).flatMap(([path, text]) => {
    if (!path.includes('/workflows/')) return []
    const jobs = Object.values(parse(text).jobs) as { readonly steps: readonly Step[] }[]
    const steps = jobs.flatMap((job) => job.steps).filter(({ uses }) => uses?.startsWith('acme/audit@'))
    return steps.map(({ with: inputs = {} }) =>
      readInputs(
        Object.fromEntries(
          Object.entries(inputs).map(([name, value]) => [
            `INPUT_${name.toUpperCase()}`,
            // What the run itself puts in.
            value.includes('$' + '{{') ? '' : value,
          ]),
        ),
      ),
    )
  })
}

interface Step {
  readonly uses?: string
  readonly with?: Readonly<Record<string, string>>
}

describe('what init writes', () => {
  const filesFor = (region: string) =>
    filledFiles(
      factsFrom(
        { account: 'd78c', repository: 'acme/security', region },
        {
          repository: 'acme/audit',
          commit: 'ab'.repeat(20),
        },
      ),
    )

  test.each(['ap-southeast-1', 'cn-north-4', 'eu-west-0', 'eu-west-101', 'tr-west-1'])(
    'for %s the action accepts',
    (region) => {
      const files = filesFor(region)
      const steps = stepsOf(files)
      expect(steps).toHaveLength(3)
      const keyless = steps.filter((step) => step.agencyUrn !== '')
      expect(keyless.map((step) => step.region)).toEqual([region, region])
      expect(readConfig(files['.github/iam-audit.yml'] ?? '', 'c').account).toBe('d78c')
    },
  )

  test('for Europe names every endpoint of that site, and for others none', () => {
    const placesOf = (region: string) =>
      stepsOf(filesFor(region))
        .filter((step) => step.agencyUrn !== '')
        .map(({ iamEndpoint, stsEndpoint, traceRegion, traceEndpoint }) => [
          ...[iamEndpoint, stsEndpoint, traceRegion, traceEndpoint],
        ])
    const european = [
      'https://iam.eu-west-101.myhuaweicloud.eu',
      'https://sts.eu-west-101.myhuaweicloud.eu',
      ...['eu-west-101', 'https://cts.eu-west-101.myhuaweicloud.eu'],
    ]
    expect(placesOf('eu-west-101')).toEqual([european, european])
    const chinese = ['https://iam.myhuaweicloud.com', '', 'cn-north-4', '']
    expect(placesOf('cn-north-4')).toEqual([chinese, chinese])
    const other = ['https://iam.myhuaweicloud.com', '', 'ap-southeast-1', '']
    expect(placesOf('eu-west-0')).toEqual([other, other])
  })
})
