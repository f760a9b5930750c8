/** The base of every error nacre throws on purpose. `message` is `subject: what is wrong[; how to put it right]`. */
export class NacreError extends Error {
  override name = 'NacreError';
  /** @param code stable, machine-readable rule name · @param subject layer, slot, variable, input or function */
  constructor(
    readonly code: string,
    readonly subject: string,
    what: string,
  ) {
    super(`${subject}: ${what}`);
  }
}

/** Shapes that do not fit. `expected` and `got` hold the deciding sizes or whole shapes, as printed. */
export class ShapeError extends NacreError {
  override name = 'ShapeError';
  constructor(
    code: string,
    subject: string,
    what: string,
    readonly expected?: string | number,
    readonly got?: string | number,
  ) {
    super(code, subject, what);
  }
}

/** A variable that is missing, not initialized or not settled. `waitsFor` names the open input axis, if there is one. */
export class VariableError extends NacreError {
  override name = 'VariableError';
  constructor(
    code: string,
    subject: string,
    what: string,
    readonly waitsFor?: string,
  ) {
    super(code, subject, what);
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
