/** The worst patterns that could be thought of: each is answered in milliseconds, or is undetermined. */

const stars = (count: number): string => 'a*'.repeat(count)
const infixes = (count: number): string[] => Array.from({ length: count }, (_, at) => `*:*:*word${at}x*`)
export const crossing = Array.from({ length: 12 }, (_, at) => `a:*:*${'ab'[at % 2]}${'?'.repeat(at + 1)}`)

export const hostileSets: readonly [string, readonly string[], readonly string[]][] = [
  ['many stars against a long near-miss', [`a:b:${'a'.repeat(5000)}b`], [`a:b:${stars(1000)}`]],
  ['many stars against many stars', [`a:b:${stars(200)}`], [`a:b:${stars(199)}c*`]],
  ['two hundred infixes', ['*:*:*'], infixes(200)],
  ['infixes that nearly cover infixes', infixes(60), infixes(59)],
  ['guess the letter so many from the end', ['a:*:*'], crossing],
  ['a long run of question marks', [`a:*:${'?'.repeat(4000)}`], [`a:*:${'?'.repeat(3999)}b`]],
  ['stars and question marks in turn', [`a:*:${'*?'.repeat(500)}`], [`a:*:${'?*'.repeat(501)}`]],
  [
    'overlapping infixes that must be told apart',
    ['*:*:*ab*ba*'],
    ['*:*:*aba*', '*:*:*bab*', '*:*:*abba*', '*:*:*ab?ba*'],
  ],
  [
    'every letter by itself leaves long names',
    ['a::?'],
    [...'abcdefghijklmnopqrstuvwxyz0123456789'].map((one) => `a::${one}`),
  ],
  ['long globs that meet everywhere', [`a:b:${'*b'.repeat(300)}*`], [`a:b:${'*a'.repeat(300)}*`]],
  ['long globs that nearly include', [`a:b:${'*a'.repeat(50)}b*`], [`a:b:${'a*'.repeat(50)}c`]],
  [
    'more wildcards than memory has room for',
    [`a:b:${'*a'.repeat(25_000)}*`],
    [`a:b:${'*a'.repeat(25_000)}*b`],
  ],
  [
    'exponential in the number of segments',
    ['*a*:*a*:*a*'],
    ['*aa*:*:*', '*:*aa*:*', '*:*:*aa*', '*a*a*:*:*', '*:*a*a*:*'],
  ],
]

/** Actions of one statement, and its effect. */
export const hostilePolicies: readonly [string, readonly string[], 'Allow' | 'Deny'][] = [
  ['a granting pattern without colons that unfolds without end', ['*a'.repeat(400)], 'Allow'],
  ['a granting run of question marks', ['?'.repeat(800)], 'Allow'],
  ['five thousand literals', Array.from({ length: 5000 }, (_, at) => `iam:x:y${at}`), 'Allow'],
  ['a thousand infixes denied', infixes(1000), 'Deny'],
  ['intersections that multiply', [`*${'a*b*'.repeat(12)}:*${'a*b*'.repeat(12)}:*`], 'Allow'],
  [
    'a thousand globs that hold a literal each',
    Array.from({ length: 1000 }, (_, at) => `iam:x${at}:*`),
    'Allow',
  ],
]

/** Actions allowed and denied by one policy. */
export const hostilePairs: readonly [string, readonly string[], readonly string[]][] = [
  ['more wildcards than any stack is deep', ['iam:*b*a*:x*'], [`iam:${'*a'.repeat(3000)}*:*`]],
  ['runs of question marks', [`iam:*${'?'.repeat(500)}:x*`], [`iam:*a${'?'.repeat(500)}:x*`]],
  ['long globs that meet everywhere', [`iam:${'*b'.repeat(300)}*:x*`], [`iam:${'*a'.repeat(300)}*:x*`]],
  ['long globs that nearly include', [`iam:${'*a'.repeat(50)}b*:x*`], [`iam:${'a*'.repeat(50)}c:x*`]],
  [
    'ten long globs allowed and ten denied',
    [...'bcdefghijk'].map((letter) => `iam:${`*${letter}`.repeat(1000)}*:x*`),
    [...'lmnopqrstu'].map((letter) => `iam:${`*${letter}`.repeat(1000)}*:x*`),
  ],
]

/** Policies are no longer than this. */
const DOCUMENT_LENGTH = 6000

/** As many patterns as a policy has room for. */
function filled(pattern: (at: number) => string): string[] {
  const list: string[] = []
  for (let at = 0, length = 0; ; at++) {
    const next = pattern(at)
    length += next.length + 3
    if (length > DOCUMENT_LENGTH) return list
    list.push(next)
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyz'
const starred = (from: number, count: number): string =>
  `${Array.from({ length: count }, (_, at) => `*${letters[(from * 7 + at * (1 + (from % 5))) % 26]}`).join('')}*`
const everything = { Effect: 'Allow', Action: ['*:*:*'] }

/** Statements of policies made to exhaust whoever reads them; the seed makes each another one. */
export const exhausting: readonly [string, (seed: number) => readonly object[]][] = [
  ['no colons', (seed) => [{ Effect: 'Allow', Action: filled((at) => starred(at + seed, 20)) }]],
  ['no colons, short', (seed) => [{ Effect: 'Allow', Action: filled((at) => starred(at + seed, 6)) }]],
  [
    'no colons, just within the bound',
    (seed) => [{ Effect: 'Allow', Action: filled((at) => starred(at + seed, 6)).slice(0, 250) }],
  ],
  [
    'no colons, spared',
    (seed) => [everything, { Effect: 'Deny', NotAction: filled((at) => starred(at + seed, 20)) }],
  ],
  [
    'stars in operations',
    (seed) => [{ Effect: 'Allow', Action: filled((at) => `*:*:${starred(at + seed, 20)}`) }],
  ],
  [
    'stars everywhere',
    (seed) => [
      { Effect: 'Allow', Action: filled((at) => [0, 1, 2].map(() => starred(at + seed, 5)).join(':')) },
    ],
  ],
  [
    'stars denied',
    (seed) => [everything, { Effect: 'Deny', Action: filled((at) => `*:*:${starred(at + seed, 10)}`) }],
  ],
  [
    'long stars denied',
    (seed) => [everything, { Effect: 'Deny', Action: filled((at) => `iam:*:${starred(at + seed, 60)}`) }],
  ],
  [
    'stars spared',
    (seed) => [{ Effect: 'Allow', NotAction: filled((at) => `*:*:${starred(at + seed, 10)}`) }],
  ],
  [
    'stars spared, statement by statement',
    (seed) =>
      Array.from({ length: 60 }, (_, at) => ({
        Effect: 'Allow',
        NotAction: [`*:*:${starred(at + seed, 12)}`],
      })),
  ],
  [
    'several Deny of all but stars',
    (seed) => [
      everything,
      ...Array.from({ length: 8 }, (_, deny) => ({
        ...{ Effect: 'Deny', NotAction: filled((at) => `*:*:${starred(at + deny + seed, 6)}`).slice(0, 30) },
      })),
    ],
  ],
  [
    'many actions on many resources',
    (seed) => [
      {
        ...{ Effect: 'Allow', Action: filled((at) => `iam:x${at}:*`).slice(0, 120) },
        Resource: filled((at) => `*:*:*:*:${starred(at + seed, 10)}`).slice(0, 60),
      },
    ],
  ],
  [
    'one resource of stars',
    (seed) => [{ ...everything, Resource: [starred(seed, 1400), starred(seed + 1, 1400)] }],
  ],
  [
    'many statements on stars',
    (seed) =>
      Array.from({ length: 60 }, (_, at) => ({
        ...{ Effect: 'Allow', Action: ['iam:*:*'], Resource: [`iam:*:*:user:${starred(at + seed, 12)}`] },
      })),
  ],
  ['infixes', (seed) => [{ Effect: 'Allow', Action: filled((at) => `*:*:*w${at + seed}x*`) }]],
  [
    'a letter so many from the end',
    (seed) => [
      everything,
      { Effect: 'Deny', Action: filled((at) => `*:*:*${letters[(at + seed) % 26]}${'?'.repeat(1 + at)}`) },
    ],
  ],
]
