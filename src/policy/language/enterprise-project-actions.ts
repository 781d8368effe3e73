/**
 * The legacy actions that work where a role is granted inside an enterprise project: those that the table of IAM
 * actions marks so, and those of which it says nothing. Every other action of IAM has no effect there.
 */
export const ENTERPRISE_PROJECT_ACTIONS: readonly string[] = [
  'iam:agencies:assume',
  'iam:permissions:grantRoleToAgencyOnEnterpriseProject',
  'iam:permissions:grantRoleToGroupOnEnterpriseProject',
  'iam:permissions:grantRoleToUserOnEnterpriseProject',
  'iam:permissions:listEnterpriseProjectsForGroup',
  'iam:permissions:listEnterpriseProjectsForUser',
  'iam:permissions:listGroupsOnEnterpriseProject',
  'iam:permissions:listRoleAssignments',
  'iam:permissions:listRolesForGroupOnEnterpriseProject',
  'iam:permissions:listRolesForUserOnEnterpriseProject',
  'iam:permissions:listUsersForEnterpriseProject',
  'iam:permissions:revokeRoleFromAgencyOnEnterpriseProject',
  'iam:permissions:revokeRoleFromGroupOnEnterpriseProject',
  'iam:permissions:revokeRoleFromUserOnEnterpriseProject',
  'iam:users:updateUserPassword',
]
