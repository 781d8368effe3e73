import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  canonicalRequest,
  encodePath,
  encodeQuery,
  type Query,
  type Signable,
  sign,
} from '../../src/cloud/http/signer.ts'
import { settings } from '../property-settings.ts'

const keys = { accessKeyId: 'AccessKey', secretAccessKey: 'SecretKey' }

interface Vector {
  readonly name: string
  readonly request: Signable
  readonly date: string
  readonly token?: string
  readonly canonicalHash: string
  readonly signature: string
}

// Published test vectors of Huawei's SDKs, and one computed for markers and temporary keys.
const vectors: Vector[] = [
  {
    name: 'V1: GET with a query',
    request: {
      method: 'GET',
      host: 'service.endpoint.myhuaweicloud.com',
      path: '/resources',
      query: { size: '1' },
    },
    date: '2020-06-08T02:39:00Z',
    canonicalHash: 'de94dd1e1ccdb730b403ce35d7e14f7c7b04337f6def1c3a3a2ba936852b133f',
    signature: 'cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842',
  },
  {
    name: 'V2: POST with a body',
    request: {
      method: 'POST',
      host: 'service.endpoint.myhuaweicloud.com',
      path: '/resources',
      query: { size: '1' },
      body: '{"name":"test","id":1}',
    },
    date: '2020-06-08T02:39:00Z',
    canonicalHash: '2b1b2515e48cb55e043ff2ec5b93d3f13ec287e1da1d7a2e4e14b0611a341969',
    signature: '436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f',
  },
  {
    name: 'V6: a marker with + / =, and temporary keys',
    request: {
      method: 'GET',
      host: 'iam.myhuaweicloud.com',
      path: '/v5/users',
      query: { limit: '200', marker: 'a+b/c==' },
      headers: { 'X-Domain-Id': '0123456789abcdef0123456789abcdef' },
    },
    date: '2026-01-02T03:04:05Z',
    token: 'TOKEN',
    canonicalHash: 'bbf22bacf45d89bb7f0bb5a20484bef55b83fc757b19f27da860ac9a058086a4',
    signature: 'c7e8e477f05473ba89a47981f2024c1e283cbd116d8143327cc46631d975553a',
  },
]

describe('published vectors', () => {
  test.each(vectors)('$name', ({ request, date, token, canonicalHash, signature }) => {
    const given = token === undefined ? keys : { ...keys, securityToken: token }
    const headers = sign(request, given, new Date(date))
    expect(headers.Authorization).toContain(`Signature=${signature}`)
    const { Authorization: _, ...signed } = headers
    const canonical = canonicalRequest(request, { ...signed, Host: request.host })
    expect(createHash('sha256').update(canonical).digest('hex')).toBe(canonicalHash)
  })

  test('V3: only the date is signed', () => {
    const request = { method: 'GET', host: '', path: '/path', query: { limit: '1' } }
    const canonical = canonicalRequest(request, { 'X-Sdk-Date': '20060102T150405Z' })
    expect(createHash('sha256').update(canonical).digest('hex')).toBe(
      '85c3b7730f308aee452b16138a42a914397e43a8f0d732dfa521c0ef2afa98a4',
    )
  })

  test('V5: a query of every kind', () => {
    const query = {
      limit: '1',
      enable: 'true',
      test: '一 (&=?!#%.*)',
      path: '/tmp/123',
      multi: ['1', '2', '3'],
    }
    expect(encodeQuery(query)).toBe(
      'enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29',
    )
  })
})

describe("Huawei's own signer agrees", () => {
  const require = createRequire(import.meta.url)
  const { AKSKSigner } = require('@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner')
  const hostile = fc.string({
    unit: fc.constantFrom(..."aZ09-_.~ !'()*+=&?%#,;:@[]|中é".split('')),
    minLength: 1,
    maxLength: 8,
  })
  const name = fc.string({ unit: fc.constantFrom(...'abcdef_'.split('')), minLength: 1, maxLength: 6 })

  test('on paths', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (segments) => {
        const path = `/v5/${segments.join('/')}`
        expect(AKSKSigner.CanonicalURI(path)).toBe(`${encodePath(path)}${path.endsWith('/') ? '' : '/'}`)
      }),
      settings(1000),
    )
  })

  test('on queries', () => {
    fc.assert(
      fc.property(fc.dictionary(name, hostile, { maxKeys: 4 }), (query) => {
        expect(encodeQuery(query as Query)).toBe(AKSKSigner.CanonicalQueryString({ queryParams: query }))
      }),
      settings(1000),
    )
  })

  test('on whole requests', () => {
    const host = 'iam.myhuaweicloud.com'
    fc.assert(
      fc.property(fc.dictionary(name, hostile, { maxKeys: 4 }), hostile, (query, token) => {
        const path = '/v5/users'
        const securityToken = `t${token.replaceAll(' ', '')}`
        const theirs = AKSKSigner.sign(
          {
            ...{
              method: 'GET',
              url: path,
              endpoint: `https://${host}${path}`,
              queryParams: query,
              data: undefined,
            },
            headers: { 'X-Sdk-Date': '20260102T030405Z', host, 'X-Security-Token': securityToken },
          },
          { getAk: () => keys.accessKeyId, getSk: () => keys.secretAccessKey },
        )
        const ours = sign(
          { method: 'GET', host, path, query: query as Query },
          { ...keys, securityToken },
          new Date('2026-01-02T03:04:05Z'),
        )
        expect(ours.Authorization).toBe(theirs.Authorization)
      }),
      settings(500),
    )
  })
})
