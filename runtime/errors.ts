/** What every error of nacre has: a code for programs and the subject the message is about. */
export class NacreError extends Error {
  constructor(
    readonly code: string,
    readonly subject: string,
    message: string,
  ) {
    super(`${subject}: ${message}`);
    this.name = new.target.name;
  }
}

/** A file of another format that is malformed or holds what nacre does not support. */
export class ImportError extends NacreError {}
