/** The work of a run: reads the inputs, and lets the mode decide. In a thread of its own, it hands over the outcome. */
import { parentPort } from 'node:worker_threads'
import { type Inputs, type Mode, readInputs } from '../run/inputs.ts'
import { onMask, registerSecrets, scrubAll } from '../run/secrets.ts'
import { auditMode } from './audit-mode.ts'
import { checkMode } from './check-mode.ts'
import { type RunContext, readContext } from './event.ts'
import { gateMode } from './gate-mode.ts'
import { info, setSecret, warning } from './log.ts'
import type { Outcome, Run } from './outcome.ts'
import { stopped } from './stopped.ts'
import { updateMode } from './update-mode.ts'
import { workflowToken } from './workflow-token.ts'

const modes: Readonly<Record<Mode, (run: Run) => Promise<Outcome>>> = {
  audit: auditMode,
  gate: gateMode,
  'update-baseline': updateMode,
  check: checkMode,
}

/** Works, and hands the outcome to the thread that delivers it. */
export async function work(environment: NodeJS.ProcessEnv): Promise<void> {
  parentPort?.postMessage(await workedOut(environment))
}

/** What the work comes to, without the secrets that only whoever worked knows. */
export async function workedOut(environment: NodeJS.ProcessEnv): Promise<Outcome> {
  onMask(setSecret)
  // The runner has been told of them already.
  registerSecrets(environment)
  return scrubAll(await decide(environment))
}

async function decide(environment: NodeJS.ProcessEnv): Promise<Outcome> {
  try {
    const inputs = readInputs(environment)
    const context = readContext(environment, inputs.mode)
    info(`mode: ${context.mode}`)
    return await modes[context.mode](runOf(inputs, context, environment))
  } catch (error) {
    return stopped(error, environment)
  }
}

function runOf(inputs: Inputs, context: RunContext, environment: NodeJS.ProcessEnv): Run {
  return {
    ...{ inputs, context, environment, log: { info, warning } },
    sessionName: `iam-audit-${context.run.run_id || 'local'}`,
    idToken: workflowToken,
    withoutKeys: {
      lookedAt:
        'the inputs oidc-provider-urn with agency-urn, and access-key-id with secret-access-key; the input snapshot',
      hint: 'A secret that does not exist is empty. A fork, and a pull request from one, gets no secrets; Dependabot has secrets of its own.',
    },
  }
}
