/** Output into a pipe that nobody reads any more, as in `who-can … | head`. */

/** Ends the process when whoever reads the answers has gone; what they did not want to read is no failure. */
export function endQuietlyWhenClosed(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}

/** Goes on when nobody reads what is said beside the answer. */
export function goOnWhenClosed(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
