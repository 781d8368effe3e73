// Jest's environment for Node, with an ordinary global object. Jest puts a proxy behind the global object of each test
// file, which every `Math` or `Array` of every module passes: a hundred times slower than anywhere else.
import { constants, createContext } from 'node:vm'
import { TestEnvironment } from 'jest-environment-node'

export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context)
    const plain = createContext(constants.DONT_CONTEXTIFY)
    const given = Object.getOwnPropertyDescriptors(this.global)
    for (const name of Reflect.ownKeys(given))
      if (shared.has(name) || !Object.hasOwn(plain, name))
        Object.defineProperty(plain, name, 'value' in given[name] ? given[name] : onDemand(name))
    plain.global = plain
    plain.Error.stackTraceLimit = this.global.Error.stackTraceLimit
    this.global = plain
    this.context = plain
  }
}

/** What Node makes, such as what it reads from a file, is of these; Jest gives them to tests instead of their own. */
const shared = new Set(['ArrayBuffer', 'Uint8Array'])

/** Some of Node's own load a module when they are looked at; once they were, they are ordinary values. */
function onDemand(name) {
  const define = (global, value) =>
    Object.defineProperty(global, name, { value, writable: true, enumerable: true, configurable: true })
  return {
    configurable: true,
    enumerable: true,
    get() {
      define(this, globalThis[name])
      return this[name]
    },
    set(value) {
      define(this, value)
    },
  }
}
