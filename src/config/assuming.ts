/** The names under which agencies are assumed: whoever audits one of them means all. */
const names = ['sts:agencies:assume', 'iam:agencies:assume', 'iam:tokens:assume']

/** The patterns, the first of these names among them followed by the others that are missing. */
export function withAllAssuming(actions: readonly string[]): readonly string[] {
  const present = new Set(actions.map((action) => action.toLowerCase()))
  const missing = names.filter((name) => !present.has(name))
  const first = actions.findIndex((action) => names.includes(action.toLowerCase()))
  return first < 0 || missing.length === 0 ? actions : actions.toSpliced(first + 1, 0, ...missing)
}
