/** What a document means for an audit, asked of each by the crawl: what means nothing need not be followed. */
import type { RoleScope } from '../account/link.ts'
import type { Role } from '../account/snapshot.ts'
import { createEvaluator, parseDocument, type Relevance } from '../policy/index.ts'
import { readRole, readRoleText } from '../policy/language/role.ts'
import type { ParsedDocument, Permission } from '../policy/types.ts'
import { ASSUME_ACTIONS } from './assume.ts'

/** Name of the permission by which somebody may assume agencies; no audited one can be called so. */
const ASSUME_PERMISSION = ''

/** What lets somebody assume an agency matters, whatever is audited: the agency may hold that. */
export const assumingPermission: Permission = {
  ...{ name: ASSUME_PERMISSION, severity: 'high', holds: 'any', except: [] },
  actions: ASSUME_ACTIONS,
}

export interface DocumentRelevance {
  /** Of the document of an identity policy. */
  readonly ofPolicy: (document: string) => Relevance
  /** Of a legacy role or policy, in whatever scope it may be granted. */
  readonly ofRole: (role: Role) => Relevance
}

const scopes: readonly RoleScope[] = ['domain', 'all-projects', 'project:any', 'enterprise-project:any']

/** @param assuming whether agencies are audited, so that it matters who may assume one */
export function documentRelevance(
  permissions: readonly Permission[],
  account: string,
  assuming: boolean,
): DocumentRelevance {
  const asked = assuming ? [...permissions, assumingPermission] : permissions
  const relevanceOf = (document: ParsedDocument): Relevance =>
    createEvaluator({
      documents: new Map([['document', document]]),
      permissions: asked,
      account,
    }).relevance('document')
  return {
    ofPolicy: (document) => relevanceOf(parseDocument(document)),
    ofRole: (role) => {
      const text = readRoleText(role)
      const answers = scopes.map((scope) => {
        const { document, undetermined } = readRole(role, scope, text)
        return undetermined === null ? relevanceOf(document) : 'undetermined'
      })
      if (answers.includes('undetermined')) return 'undetermined'
      return answers.includes('some') ? 'some' : 'none'
    },
  }
}
