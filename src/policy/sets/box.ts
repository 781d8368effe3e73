/** What an action pattern comes to: boxes, of which nothing is left to interpret. */

/** The product of three segment globs. */
export interface Box {
  /** Equal for boxes that differ in letter case alone: they mean the same. */
  readonly id: number
  /** The text in lower case: letter case does not matter. */
  readonly key: string
  readonly segments: readonly [string, string, string]
  /** Whether it contains a wildcard; without one it is a single action string. */
  readonly wild: boolean
  /** The service, where no wildcard leaves it open: boxes of two services have nothing to do with one another. */
  readonly service: string | null
  /** One string of it, with a letter for every wildcard that names seldom have. */
  readonly sample: readonly [string, string, string]
  /** As somebody wrote it. */
  readonly text: string
}
