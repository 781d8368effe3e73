/** Which proxy a request goes through, by the usual variables as other actions read them. */

export interface ProxySettings {
  /** Address for `https:` requests; null: none. */
  readonly https: string | null
  /** Address for `http:` requests; null: none. */
  readonly http: string | null
  /** Hosts that are reached directly, as the variable has them. */
  readonly direct: string
}

/** Either case, the small one first; an empty variable is none; without a scheme it is `http://`. */
export function proxySettings(environment: NodeJS.ProcessEnv): ProxySettings {
  const read = (name: string): string | null => {
    const value = (environment[name] || environment[name.toUpperCase()] || '').trim()
    if (value === '') return null
    return value.includes('://') ? value : `http://${value}`
  }
  return {
    https: read('https_proxy'),
    http: read('http_proxy'),
    direct: environment.no_proxy || environment.NO_PROXY || '',
  }
}

/** Whether a value can be the address of a proxy. */
export function isProxyAddress(value: string): boolean {
  return /^https?:\/\//i.test(value) && URL.canParse(value)
}
