/** The text of a body as it came over the wire, which a server or gateway may have compressed unasked. */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

type Decoder = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Buffer

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  br: brotliDecompressSync,
  deflate: inflateEither,
}

/** Servers mean either of two formats by `deflate`. */
function inflateEither(bytes: Uint8Array, options: { readonly maxOutputLength: number }): Buffer {
  // The first byte of a zlib stream says method 8; a raw one never does so with a valid check.
  const [method = 0, flags = 0] = bytes
  const wrapped = (method & 15) === 8 && (method * 256 + flags) % 31 === 0
  return (wrapped ? inflateSync : inflateRawSync)(bytes, options)
}

/**
 * Decodes a body by its `Content-Encoding`.
 *
 * @param maximum bytes that it may have, decoded
 * @throws Error for a coding that nobody asked for and nothing here reads, a damaged body, or a longer one
 */
export function decodeBody(bytes: Uint8Array, encoding: string, maximum: number): string {
  let decoded = bytes
  const codings = encoding
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'identity')
  for (const coding of codings.reverse()) {
    const decoder = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined
    if (decoder === undefined) throw new Error('The answer has a content coding that is not known')
    decoded = decoder(decoded, { maxOutputLength: maximum })
  }
  return new TextDecoder().decode(decoded)
}
