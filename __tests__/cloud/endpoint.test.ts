import { describe, expect, test } from '@jest/globals'
import { parseEndpoint } from '../../src/cloud/http/endpoint.ts'

describe('keys are sent there', () => {
  test.each([
    ['iam', 'https://iam.myhuaweicloud.com'],
    ['iam', 'https://iam.ap-southeast-1.myhuaweicloud.com'],
    ['iam', 'https://iam.eu-west-101.myhuaweicloud.eu'],
    ['iam', 'https://iam.cn-north-4.huaweicloud.com/'],
    ['iam', 'https://iam.myhuaweicloud.com:443'],
    ['sts', 'https://sts.cn-north-4.myhuaweicloud.com'],
    ['iam', 'http://127.0.0.1:8080'],
    ['iam', 'http://localhost:1'],
    ['sts', 'http://[::1]:1'],
  ] as const)('%s %s', (service, text) => {
    expect(parseEndpoint(text, service, false)).toBeInstanceOf(URL)
  })
})

describe('keys are never sent there', () => {
  test.each([
    ['iam', 'http://iam.myhuaweicloud.com', 'not https'],
    ['iam', 'https://iam.myhuaweicloud.com.evil.example', 'not a host'],
    ['iam', 'https://evil.myhuaweicloud.com', 'not a host'],
    ['iam', 'https://iam.obs.ap-southeast-1.myhuaweicloud.com', 'not a host'],
    ['iam', 'https://iam.bucket.myhuaweicloud.com', 'not a host'],
    ['iam', 'https://sts.cn-north-4.myhuaweicloud.com', 'not a host'],
    ['sts', 'https://sts.myhuaweicloud.com', 'not a host'],
    ['sts', 'https://iam.cn-north-4.myhuaweicloud.com', 'not a host'],
    ['iam', 'https://iam.myhuaweicloud.com:8443', 'names a port'],
    ['iam', 'https://user:pass@iam.myhuaweicloud.com', 'user info'],
    ['iam', 'https://iam.myhuaweicloud.com/v5', 'path or query'],
    ['iam', 'https://iam.myhuaweicloud.com?x=1', 'path or query'],
    ['iam', 'https://iammyhuaweicloud.com', 'not a host'],
    ['iam', 'https://127.0.0.1.evil.example', 'not a host'],
    ['iam', 'ftp://127.0.0.1', 'not https'],
    ['iam', 'iam.myhuaweicloud.com', 'no address'],
    ['iam', 'https://iam.myhuaweicloud.com.', 'not a host'],
    ['iam', 'https://iam..myhuaweicloud.com', 'not a host'],
    ['iam', 'https://iam.ap-southeast-1.myhuaweicloud.com.cn', 'not a host'],
    ['iam', 'https://iam.ap-southeast-1.iam.myhuaweicloud.com', 'not a host'],
    ['iam', 'https://iam.southeast-1a.myhuaweicloud.com', 'not a host'],
    ['iam', 'https://x-iam.myhuaweicloud.com', 'not a host'],
    ['iam', 'https://iam.myhuaweicloud.com@evil.example', 'user info'],
    ['iam', 'https://iam.myhuaweicloud.com\\@evil.example', 'path or query'],
    ['iam', 'https://iam.myhuaweicloud.com#evil', 'path or query'],
    ['iam', 'http://localhost.evil.example', 'not https'],
    ['iam', 'http://0.0.0.0:80', 'not https'],
    ['iam', 'http://169.254.169.254', 'not https'],
    ['iam', 'http://[::ffff:10.0.0.1]', 'not https'],
    ['iam', 'file:///etc/passwd', 'path or query'],
    ['iam', '', 'no address'],
  ] as const)('%s %s', (service, text, reason) => {
    expect(() => parseEndpoint(text, service, false)).toThrow(reason)
  })
})

test.each([
  'https://me:hunter2@iam.myhuaweicloud.com',
  'me:hunter2@iam.myhuaweicloud.com',
  'https://me:p@hunter2@iam.myhuaweicloud.com',
  'https://iam.myhuaweicloud.com/?token=hunter2',
  'https://iam.myhuaweicloud.com/#hunter2',
  'me:hunter2@[',
])('the refusal of %j shows the host and no password', (text) => {
  const refusal = (): string => {
    try {
      return String(parseEndpoint(text, 'iam', true))
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(refusal()).not.toContain('hunter2')
  expect(refusal()).toContain('input iam-endpoint')
})

test('letter case and a dot of another script do not make another host of it', () => {
  for (const text of ['HTTPS://IAM.MyHuaweiCloud.COM', 'https://iam.myhuaweicloud。com'])
    expect(parseEndpoint(text, 'iam', false).origin).toBe('https://iam.myhuaweicloud.com')
})

test('a custom endpoint has to be allowed, and to be https', () => {
  expect(parseEndpoint('https://iam.example.com:8443', 'iam', true).host).toBe('iam.example.com:8443')
  expect(() => parseEndpoint('http://iam.example.com', 'iam', true)).toThrow('not https')
  expect(() => parseEndpoint('https://a:b@iam.example.com', 'iam', true)).toThrow('user info')
})

test('a password in an address is not repeated', () => {
  for (const text of ['https://me:hush@iam.myhuaweicloud.com', 'me:hush@nowhere', 'https://a:hu@sh@b'])
    expect(() => parseEndpoint(text, 'iam', false)).toThrow(/^(?!.*(hush|hu@)).*iam-endpoint/s)
})
