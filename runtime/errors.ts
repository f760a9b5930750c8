/** The base of every error nacre throws on purpose. `message` is `subject: what is wrong[; how to put it right]`. */
export class NacreError extends Error {
  override name = 'NacreError';
  /** A stable, machine-readable rule name. */
  declare readonly code: string;
  /** A layer, slot, variable, input or function. */
  declare readonly subject: string;

  constructor(code: string, subject: string, what: string) {
    super(`${subject}: ${what}`);
    this.code = code;
    this.subject = subject;
  }
}

/** Shapes that do not fit. `expected` and `got` hold the deciding sizes or whole shapes, as printed. */
export class ShapeError extends NacreError {
  override name = 'ShapeError';
  declare readonly expected: string | number | undefined;
  declare readonly got: string | number | undefined;

  constructor(code: string, subject: string, what: string, expected?: string | number, got?: string | number) {
    super(code, subject, what);
    this.expected = expected;
    this.got = got;
  }
}

/** A variable that is missing, not initialized or not settled. `waitsFor` names the open input axis, if there is one. */
export class VariableError extends NacreError {
  override name = 'VariableError';
  declare readonly waitsFor: string | undefined;

  constructor(code: string, subject: string, what: string, waitsFor?: string) {
    super(code, subject, what);
    this.waitsFor = waitsFor;
  }
}

/** A tensor given by the caller that is missing, of the wrong dtype, or not of the length its shape needs. */
export class InputError extends NacreError {
  override name = 'InputError';
}

/** A module that is not nacre's, is damaged, or cannot run on this host. */
export class ModuleError extends NacreError {
  override name = 'ModuleError';
}
