/** Where keys may be sent. A bare suffix will not do: object storage gives anybody a host name under these domains. */
import { UserError } from '../../text/problem.ts'

const domains = ['myhuaweicloud.com', 'myhuaweicloud.eu', 'huaweicloud.com']
const region = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/

/** Whether the text has the form of a region, such as `ap-southeast-1`. */
export function isRegion(text: string): boolean {
  return region.test(text)
}

/** The services that keys are sent to, by the first part of their host names, and the input that names each. */
export type EndpointService = 'iam' | 'sts' | 'cts'
const inputOf: Readonly<Record<EndpointService, string>> = {
  iam: 'iam-endpoint',
  sts: 'sts-endpoint',
  cts: 'trace-endpoint',
}

/**
 * The endpoint as an origin without a path.
 *
 * @throws UserError unless it is https on the default port without user info at `iam.`, `iam.<region>.`,
 *   `sts.<region>.` or `cts.<region>.` of Huawei's domains. Loopback is always allowed, also by http; `allowCustom` allows any https host.
 */
export function parseEndpoint(text: string, service: EndpointService, allowCustom: boolean): URL {
  const fail = (reason: string): never => {
    throw new UserError([
      {
        where: `input ${inputOf[service]}`,
        message: `${JSON.stringify(withoutSecrets(text))} ${reason}; keys are sent only to https://${service}.<region>.myhuaweicloud.com and its like.`,
        remedy: 'Correct it, or set allow-custom-endpoint: true when you know whose host it is.',
      },
    ])
  }
  if (!URL.canParse(text)) return fail('is no address')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') fail('carries user info')
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '' || url.hash !== '')
    fail('has a path or query')
  if (isLoopback(url.hostname) && ['http:', 'https:'].includes(url.protocol)) return url
  if (url.protocol !== 'https:') fail('is not https')
  if (allowCustom) return url
  if (url.port !== '') fail('names a port')
  if (!isHuaweiHost(url.hostname, service)) fail('is not a host of that service')
  return url
}

/** What may be shown of an address that was refused: user info, query and fragment may hold a password. */
function withoutSecrets(text: string): string {
  return text
    .replace(/^.*@/s, '…@')
    .replace(/[?#].*$/s, '…')
    .slice(0, 200)
}

function isHuaweiHost(host: string, service: EndpointService): boolean {
  const domain = domains.find((one) => host.endsWith(`.${one}`))
  if (domain === undefined) return false
  const labels = host.slice(0, -domain.length - 1).split('.')
  if (labels[0] !== service) return false
  return labels.length === 1 ? service === 'iam' : labels.length === 2 && isRegion(labels[1] as string)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}
