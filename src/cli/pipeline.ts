/** Which run of which pipeline this is, as its variables say: for the report. On a laptop nothing is known. */
import type { RunInfo } from '../audit/model.ts'

type Names = Readonly<Record<keyof RunInfo, string>>

const pipelines: readonly (readonly [marker: string, names: Names])[] = [
  [
    'GITLAB_CI',
    {
      repository: 'CI_PROJECT_PATH',
      sha: 'CI_COMMIT_SHA',
      run_id: 'CI_PIPELINE_ID',
      run_attempt: '',
      url: 'CI_JOB_URL',
      event: 'CI_PIPELINE_SOURCE',
      actor: 'GITLAB_USER_LOGIN',
    },
  ],
  [
    'GITHUB_ACTIONS',
    {
      repository: 'GITHUB_REPOSITORY',
      sha: 'GITHUB_SHA',
      run_id: 'GITHUB_RUN_ID',
      run_attempt: 'GITHUB_RUN_ATTEMPT',
      url: '',
      event: 'GITHUB_EVENT_NAME',
      actor: 'GITHUB_ACTOR',
    },
  ],
  [
    'JENKINS_URL',
    {
      repository: 'GIT_URL',
      sha: 'GIT_COMMIT',
      run_id: 'BUILD_NUMBER',
      run_attempt: '',
      url: 'BUILD_URL',
      event: '',
      actor: '',
    },
  ],
]

/** Every field empty where nothing tells it. */
export function pipelineInfo(environment: NodeJS.ProcessEnv): RunInfo {
  const names = pipelines.find(([marker]) => environment[marker])?.[1]
  const read = (field: keyof RunInfo): string => environment[names?.[field] || ' '] ?? ''
  return {
    ...{ repository: withoutUser(read('repository')), sha: read('sha'), run_id: read('run_id') },
    ...{ run_attempt: read('run_attempt'), url: read('url'), event: read('event'), actor: read('actor') },
  }
}

/** The address of a repository may carry a password. */
function withoutUser(address: string): string {
  return address.replace(/^([a-z+]+:\/\/)[^/]*@/i, '$1')
}
