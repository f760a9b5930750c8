/** The functions of elements that graphs are made of. */

/** `round` takes halves to the even neighbour; `sign` keeps ±0 and NaN. */
export type UnaryFunction =
  | 'negate'
  | 'absolute'
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'squareRoot'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'sigmoid'
  | 'erf'
  | 'softplus';

/**
 * `power` is C's pow. `remainder` has the sign of the dividend, as C's fmod; `modulo` that of the divisor, as NumPy's mod.
 */
export type BinaryFunction =
  'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'power' | 'remainder' | 'modulo';

/** An IEEE comparison: false where an operand is NaN. */
export type Comparison = 'less' | 'lessOrEqual' | 'equal';

/** What each function means, in float64. */
export const unaryFunctions: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  negate: (x) => -x,
  absolute: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfToEven,
  squareRoot: Math.sqrt,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  erf,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

export const binaryFunctions: Readonly<Record<BinaryFunction, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  power,
  remainder: (a, b) => a % b,
  modulo,
};

export const comparisons: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  less: (a, b) => a < b,
  lessOrEqual: (a, b) => a <= b,
  equal: (a, b) => a === b,
};

/** To the nearest integer, halves to the even one. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const isHalf = x - below === 0.5;
  return isHalf ? 2 * Math.round(below / 2) : Math.round(x);
}

/** C's pow, which is 1 at 1^y and (−1)^±∞. */
function power(x: number, y: number): number {
  const isOne = x === 1 || (x === -1 && Math.abs(y) === Infinity);
  return isOne ? 1 : x ** y;
}

/** The remainder of a by b with the sign of b, as NumPy has it. */
function modulo(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return rest < 0 === b < 0 ? rest : rest + b;
}

/** The error function to 1e-15: its Maclaurin series, and a continued fraction (Abramowitz and Stegun 7.1.14) beyond 2.5. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (!(a < 6)) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}
