import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { decodeBody } from '../../src/cloud/http/decode-body.ts'
import { isProxyAddress, proxySettings } from '../../src/cloud/http/proxy.ts'

describe('proxy variables', () => {
  test.each<[string, NodeJS.ProcessEnv, { https?: string | null; http?: string | null; direct?: string }]>([
    ['none', {}, { https: null, http: null, direct: '' }],
    ['an empty one is none', { https_proxy: ' ', HTTP_PROXY: '' }, { https: null, http: null }],
    ['without a scheme', { https_proxy: 'proxy.example:3128' }, { https: 'http://proxy.example:3128' }],
    ['with a password and no scheme', { http_proxy: 'me:x@proxy:1' }, { http: 'http://me:x@proxy:1' }],
    ['in capitals', { HTTPS_PROXY: 'https://p:1', NO_PROXY: 'a' }, { https: 'https://p:1', direct: 'a' }],
    ['the small one first', { https_proxy: 'http://a', HTTPS_PROXY: 'http://b' }, { https: 'http://a' }],
    ['one for http is none for https', { http_proxy: 'http://a' }, { https: null, http: 'http://a' }],
  ])('%s', (_name, environment, expected) => {
    expect(proxySettings(environment)).toMatchObject(expected)
  })

  test('what is no address of a proxy', () => {
    for (const good of ['http://p', 'HTTP://p:3128', 'https://u:p@p']) expect(isProxyAddress(good)).toBe(true)
    for (const bad of ['socks5://p', 'http://', 'http://a b', 'ftp://p'])
      expect(isProxyAddress(bad)).toBe(false)
  })
})

describe('a body that was compressed unasked', () => {
  const text = 'ä {"users":[]}'
  const bytes = Buffer.from(text)
  test.each<[string, Uint8Array]>([
    ['', bytes],
    ['identity', bytes],
    ['gzip', gzipSync(bytes)],
    ['X-GZIP', gzipSync(bytes)],
    ['br', brotliCompressSync(bytes)],
    ['deflate', deflateSync(bytes)],
    ['deflate', deflateRawSync(bytes)],
    ['deflate, gzip', gzipSync(deflateSync(bytes))],
  ])('%s', (coding, body) => {
    expect(decodeBody(body, coding, 1000)).toBe(text)
  })

  test('a coding that is not known, a damaged body and a bomb are no answers', () => {
    expect(() => decodeBody(bytes, 'zebra', 1000)).toThrow('not known')
    expect(() => decodeBody(bytes, 'constructor', 1000)).toThrow('not known')
    expect(() => decodeBody(bytes, 'gzip', 1000)).toThrow()
    expect(() => decodeBody(gzipSync(Buffer.alloc(100_000)), 'gzip', 1000)).toThrow()
  })
})
