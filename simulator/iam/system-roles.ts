/** Legacy roles and policies that every account has: names as the cloud has them, texts where one is published. */
import { idOf, type SimulatedRole } from './model.ts'

const statement = (Effect: string, ...Action: readonly string[]) => ({ Effect, Action })
const role = (...Statement: readonly object[]) => ({ Version: '1.0', Statement })
const policy = (...Statement: readonly object[]) => ({ Version: '1.1', Statement })

const table: readonly (readonly [
  name: string,
  display: string,
  catalog: string,
  type: string,
  policy: object,
])[] = [
  ['secu_admin', 'Security Administrator', 'BASE', 'AX', role(statement('Allow', 'identity:*'))],
  [
    'te_admin',
    'Tenant Administrator',
    'BASE',
    'AA',
    role(statement('Allow', '*'), statement('Deny', 'identity:*')),
  ],
  [
    'readonly',
    'Tenant Guest',
    'BASE',
    'AA',
    role(statement('Allow', '*:*:Get*', '*:*:List*'), statement('Deny', 'identity:*')),
  ],
  ['te_agency', 'Agent Operator', 'IAM', 'AX', role(statement('Allow', 'identity:assume role'))],
  ['system_all_1001', 'FullAccess', 'BASE', 'AX', policy(statement('Allow', '*:*:*'))],
  [
    'system_all_1002',
    'IAM ReadOnlyAccess',
    'IAM',
    'AX',
    policy(statement('Allow', 'iam:*:get*', 'iam:*:list*', 'iam:*:check*')),
  ],
  // Another service's role, although its name ends like the administrator's.
  [
    'dbss_secu_admin',
    'DBSS Security Administrator',
    'DBSS',
    'XA',
    policy(statement('Allow', 'dbss:*:get*', 'dbss:*:list*', 'dbss:audit:*')),
  ],
  ['system_all_10', 'EPS FullAccess', 'EPS', 'AX', policy(statement('Allow', 'eps:*:*'))],
  [
    'dns_adm',
    'DNS Administrator',
    'DNS',
    'XA',
    {
      ...role(statement('Allow', 'DNS:Zone:*', 'DNS:RecordSet:*', 'DNS:PTRRecord:*')),
      Depends: [
        { catalog: 'BASE', display_name: 'Tenant Guest' },
        { catalog: 'VPC', display_name: 'VPC Administrator' },
      ],
    },
  ],
  ['vpc_netadm', 'VPC Administrator', 'VPC', 'XA', role(statement('Allow', 'vpc:*:*'))],
  [
    'system_all_11',
    'CDN Domain Viewer',
    'CDN',
    'AX',
    policy(statement('Allow', 'cdn:configuration:queryDomains', 'cdn:configuration:queryCacheRule')),
  ],
]

/** Id of a system-defined role by its display name. */
export const systemRoleId = (displayName: string): string => idOf('system-role', displayName)

/** The system-defined roles, made anew so that an account may change its own. */
export function systemRoles(): SimulatedRole[] {
  return table.map(([name, display_name, catalog, type, text]) => ({
    role_id: systemRoleId(display_name),
    ...{ name, display_name, catalog, type, domain_id: null },
    created_time: '1500000000000',
    updated_time: '1600000000000',
    policy: structuredClone(text),
  }))
}
