/** The door to the log and to the annotations: nothing else prints, so nothing is printed that holds a secret. */
import * as core from '@actions/core'
import { scrub } from '../run/secrets.ts'

/** Tells the runner of a secret, so that whatever else writes to the log does not show it either. */
export function setSecret(secret: string): void {
  core.setSecret(secret)
}

/** One line of the log. */
export function info(text: string): void {
  core.info(scrub(text))
}

/** Shown with debug logging only. */
export function debug(text: string): void {
  core.debug(scrub(text))
}

/** A warning, at a line of a file or of the whole run. */
export function warning(text: string, at?: core.AnnotationProperties): void {
  core.warning(scrub(text), scrubbed(at))
}

/** A notice at a line of a file. */
export function notice(text: string, at?: core.AnnotationProperties): void {
  core.notice(scrub(text), scrubbed(at))
}

/** An error at a line of a file. It does not fail the job. */
export function error(text: string, at?: core.AnnotationProperties): void {
  core.error(scrub(text), scrubbed(at))
}

/** Fails the job, and says why. */
export function setFailed(text: string): void {
  core.setFailed(scrub(text))
}

/** Sets an output for later steps. */
export function setOutput(name: string, value: string): void {
  core.setOutput(name, scrub(value))
}

function scrubbed(at: core.AnnotationProperties = {}): core.AnnotationProperties {
  return {
    ...at,
    ...(at.title === undefined ? {} : { title: scrub(at.title) }),
    ...(at.file === undefined ? {} : { file: scrub(at.file) }),
  }
}
