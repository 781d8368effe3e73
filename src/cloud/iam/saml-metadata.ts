/**
 * The two things that matter of SAML metadata: who issues, and the certificates that verify it. A scanner of tags, and
 * no XML library: nothing is resolved, included or expanded, and what is not plain is unreadable.
 */

export interface SamlMetadata {
  /** Entity ids of the identity providers in it, sorted. */
  readonly entityIds: readonly string[]
  /** Certificates that verify signatures, as DER bytes. */
  readonly certificates: readonly Uint8Array[]
}

/** Deeper than any metadata nests. */
const MAXIMUM_DEPTH = 64

interface Element {
  /** Without its prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

/** Reads metadata; null when it is not well-formed, declares a document type, or has no issuer with a certificate. */
export function readSamlMetadata(text: string): SamlMetadata | null {
  const entityIds = new Set<string>()
  const certificates: Uint8Array[] = []
  const isWhole = scan(text, {
    open: (path) => {
      const id =
        path.at(-2)?.name === 'EntityDescriptor' ? path.at(-2)?.attributes.get('entityID') : undefined
      if (path.at(-1)?.name === 'IDPSSODescriptor') entityIds.add(id ?? '')
    },
    text: (path, content) => {
      if (path.at(-1)?.name !== 'X509Certificate' || !isSigningKey(path)) return
      certificates.push(Buffer.from(content.replace(/\s+/g, ''), 'base64'))
    },
  })
  if (!isWhole || entityIds.size === 0 || entityIds.has('')) return null
  if (certificates.length === 0 || certificates.some((one) => one.length === 0)) return null
  return { entityIds: [...entityIds].sort(), certificates }
}

/** Whether a certificate verifies what an identity provider says: keys for encryption alone do not. */
function isSigningKey(path: readonly Element[]): boolean {
  const key = path.find((element) => element.name === 'KeyDescriptor')
  return (
    path.some((element) => element.name === 'IDPSSODescriptor') &&
    key !== undefined &&
    key.attributes.get('use') !== 'encryption'
  )
}

interface Visitor {
  /** An element begins; the path ends in it. */
  readonly open: (path: readonly Element[]) => void
  /** An element ends; its own text, without comments and children. */
  readonly text: (path: readonly Element[], content: string) => void
}

/** Walks over well-formed XML. False: it is not. */
function scan(text: string, visitor: Visitor): boolean {
  const path: Element[] = []
  const contents: string[] = []
  let at = 0
  let roots = 0
  const append = (part: string): void => {
    if (contents.length > 0) contents.push((contents.pop() ?? '') + part)
  }
  while (at < text.length) {
    const next = text.indexOf('<', at)
    if (next === -1) return path.length === 0 && roots === 1 && text.slice(at).trim() === ''
    append(text.slice(at, next))
    const skipped = skip(text, next)
    if (skipped === null) return false
    if (skipped.end > next) {
      append(skipped.content)
      at = skipped.end
      continue
    }
    const end = tagEnd(text, next)
    if (end === -1) return false
    const inside = text.slice(next + 1, end)
    at = end + 1
    if (inside.startsWith('/')) {
      if (path.at(-1)?.name !== localName(inside.slice(1).trim())) return false
      visitor.text(path, contents.pop() ?? '')
      path.pop()
      continue
    }
    const isEmpty = inside.endsWith('/')
    const element = readTag(isEmpty ? inside.slice(0, -1) : inside)
    if (element === null || path.length > MAXIMUM_DEPTH) return false
    if (path.length === 0) roots++
    path.push(element)
    visitor.open(path)
    if (isEmpty) path.pop()
    else contents.push('')
  }
  return path.length === 0 && roots === 1
}

/** Comments and instructions are passed over, CDATA is text; a document type is refused. `end` at the tag: none of them. */
function skip(text: string, at: number): { readonly end: number; readonly content: string } | null {
  const until = (begin: string, close: string): { end: number; content: string } | null => {
    const end = text.indexOf(close, at + begin.length)
    return end === -1 ? null : { end: end + close.length, content: text.slice(at + begin.length, end) }
  }
  if (text.startsWith('<!--', at)) {
    const comment = until('<!--', '-->')
    return comment && { end: comment.end, content: '' }
  }
  if (text.startsWith('<?', at)) {
    const instruction = until('<?', '?>')
    return instruction && { end: instruction.end, content: '' }
  }
  if (text.startsWith('<![CDATA[', at)) return until('<![CDATA[', ']]>')
  return text.startsWith('<!', at) ? null : { end: at, content: '' }
}

/** Where a tag ends: `>` may stand in the value of an attribute. */
function tagEnd(text: string, at: number): number {
  let quote = ''
  for (let index = at + 1; index < text.length; index++) {
    const character = text[index] as string
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '>') return index
  }
  return -1
}

function readTag(inside: string): Element | null {
  const name = /^[^\s"'=<>/]+/.exec(inside)?.[0]
  if (name === undefined) return null
  const attributes = new Map<string, string>()
  const pattern = /\s+([^\s"'=<>/]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
  pattern.lastIndex = name.length
  let end = name.length
  for (let found = pattern.exec(inside); found !== null; found = pattern.exec(inside)) {
    const [, key = '', double, single] = found
    if (attributes.has(key)) return null
    attributes.set(key, unescapeXml(double ?? single ?? ''))
    end = pattern.lastIndex
  }
  return inside.slice(end).trim() === '' ? { name: localName(name), attributes } : null
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return Object.hasOwn(entities, name) ? (entities[name] as string) : whole
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
