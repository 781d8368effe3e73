/** The account that the simulator plays: its data, how it is built, and how people change it. */

export { AccountBuilder, certificateOf, roleNamed, samlMetadata } from './builder.ts'
export type * from './model.ts'
export { idOf, urnOf } from './model.ts'
export { type Actor, Operations } from './operations.ts'
export {
  allow,
  type Document,
  deny,
  document,
  legacyPolicy,
  legacyRole,
  trustIam,
  trustOidc,
  trustService,
} from './statements.ts'
export { systemRoleId } from './system-roles.ts'
