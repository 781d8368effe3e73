// Jest runs the sources as Node 24 does: types are stripped, nothing else is changed.
import { stripTypeScriptTypes } from 'node:module'

export const process = (source) => ({ code: stripTypeScriptTypes(source) })
export default { process }
