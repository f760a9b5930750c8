const { stderr } = process;

/** Shows what is being done: on a terminal in one line that changes, else a line each. */
export function progress(text: string): void {
  stderr.write(stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
}

/** A step within what is being done, shown on a terminal only. */
export function step(text: string): void {
  if (stderr.isTTY) progress(text);
}

/** Clears the line. */
export function finishProgress(): void {
  if (stderr.isTTY) stderr.write('\r\x1b[K');
}
