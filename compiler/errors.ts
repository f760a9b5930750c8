import { NacreError } from '../runtime/errors.js';

export { NacreError, ShapeError } from '../runtime/errors.js';

/** One fault of a declaration. `pointer` is a JSON pointer (RFC 6901) into the source. */
export interface Issue {
  readonly code: string;
  readonly pointer: string;
  readonly subject: string;
  /** `subject: what is wrong[; how to put it right]` */
  readonly message: string;
}

/** A declaration with faults, all of them at once; `message` has one a line. */
export class DeclarationError extends NacreError {
  override name = 'DeclarationError';
  constructor(readonly issues: readonly Issue[]) {
    super(issues[0]?.code ?? 'declaration', issues[0]?.subject ?? 'declaration', 'invalid');
    this.message = issues.map((issue) => issue.message).join('\n');
  }
}

/** A file of another framework, or a tensor file, that cannot be read. */
export class ImportError extends NacreError {
  override name = 'ImportError';
}

/** A module that is larger than it may be, or than the platform allows it to be. `message` has one limit a line. */
export class BudgetError extends NacreError {
  override name = 'BudgetError';
  /** @param lines of the message, each with its subject */
  constructor(subject: string, lines: readonly string[]) {
    super('budget', subject, '');
    this.message = lines.join('\n');
  }
}

/** A compile option or command-line argument that cannot be taken. */
export class OptionError extends NacreError {
  override name = 'OptionError';
}

/** A fault of nacre itself: the message starts with `internal:`. */
export class InternalError extends NacreError {
  override name = 'InternalError';
  constructor(what: string) {
    super('internal', 'internal', what);
  }
}
