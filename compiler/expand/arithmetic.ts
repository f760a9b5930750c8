import { binary, scalar, unary } from '../build.js';
import * as f from '../formula.js';
import type { Formula } from '../formula.js';
import type { Expression } from '../ir.js';

/** The remainder with the sign of the divisor; 0 for a divisor of 0. */
export const wholeModulo =
  (type: f.ScalarType) =>
  (a: Formula, b: Formula): Formula => {
    const zero = f.number(type, 0);
    return f.bind(b, type, (divisor) =>
      f.bind(f.binary('remainder', a, divisor), type, (rest) => {
        const turned = f.and(f.compare('notEqual', rest, zero), f.less(f.binary('xor', rest, divisor), zero));
        return f.select(f.equal(divisor, zero), zero, f.select(turned, f.add(rest, divisor), rest));
      }),
    );
  };

/** Powers that are cheaper than the function; they give NumPy's special values. */
export const cheapPowers: ReadonlyMap<number, (x: Expression) => Expression> = new Map([
  [1, (x) => x],
  [2, (x) => binary('multiply', x, x)],
  [3, (x) => binary('multiply', binary('multiply', x, x), x)],
  [0.5, (x) => unary('squareRoot', x)],
  [-1, (x) => binary('divide', scalar(1), x)],
]);
