import test from 'ava';
import { Draw } from '../graphs/draw.js';
import { BLOCK, error, mapsOf, targets } from './maps.js';

const { abs, fround } = Math;
const inf = Infinity;

/** The exact result, rounded by the caller; C's pow where JavaScript's differs, and NumPy's mod. */
const functions: Readonly<Record<string, { exact: (x: number, y: number) => number; ulp: number }>> = {
  power: { exact: (x, y) => (x === 1 || (x === -1 && abs(y) === inf) ? 1 : x ** y), ulp: 0.6 },
  remainder: { exact: (x, y) => x % y, ulp: 0 },
  modulo: {
    exact: (x, y) => {
      const rest = x % y;
      if (rest === 0) return Object.is(y, -0) || y < 0 ? -0 : 0;
      return rest < 0 === y < 0 ? rest : rest + y;
    },
    ulp: 0,
  },
};

const special = [0, 0.1, 0.5, 1, 1.5, 2, 3, 1e-30, 2 ** -149, 2 ** -126, 2 ** 23 + 1, 2 ** 24 + 2, 3.4e38, inf, NaN]
  .flatMap((x) => [x, -x])
  .map(fround);

const pairs = special.flatMap((x) => special.map((y) => [x, y] as const));

/** How arguments are drawn. */
const distributions: readonly ((draw: Draw, bits: () => number) => readonly [x: number, y: number])[] = [
  (_, bits) => [bits(), bits()],
  // Quotients of every size.
  (draw) => [draw.number() * 2 ** draw.integer(-149, 127), draw.number() * 2 ** draw.integer(-149, 0)],
  // Powers that are in range.
  (draw) => [20 * draw.number(), 60 * draw.number() - 30],
  (draw) => [1 + (draw.number() - 0.5) * 2 ** -draw.integer(0, 22), (draw.number() - 0.5) * 2 ** draw.integer(0, 30)],
  // Integers and halves.
  (draw) => [draw.integer(-20, 20), draw.integer(-15, 15) / 2],
  (draw) => [40 * draw.number() - 20, draw.integer(-15, 15)],
];

function* samples(): Generator<readonly [x: Float32Array, y: Float32Array]> {
  const draw = new Draw(1);
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  const bits = (): number => {
    word[0] = draw.integer(0, 2 ** 16 - 1) * 65536 + draw.integer(0, 2 ** 16 - 1);
    return float[0]!;
  };
  const count = { length: BLOCK };
  for (const distribution of distributions) {
    const drawn = Array.from(count, () => distribution(draw, bits));
    yield [Float32Array.from(count, (_, i) => drawn[i]![0]), Float32Array.from(count, (_, i) => drawn[i]![1])];
  }
}

for (const [target, features] of targets) {
  const compiled = mapsOf({ power: ['power'], remainder: ['remainder', 'modulo'] }, 2, features);
  for (const [name, { exact, ulp }] of Object.entries(functions)) {
    test(`${name} on ${target}: within ${ulp} ulp everywhere`, async (t) => {
      const apply = await compiled;
      for (const [x, y] of samples()) {
        const z = apply(name, x, y);
        const worst = z.findIndex((got, i) => !(error(got, exact(x[i]!, y[i]!)) <= ulp));
        if (worst < 0) continue;
        return t.fail(`${name}(${x[worst]!}, ${y[worst]!}) = ${z[worst]!}, not ${exact(x[worst]!, y[worst]!)}`);
      }
      t.pass();
    });

    test(`${name} on ${target}: special values`, async (t) => {
      const apply = await compiled;
      const [x, y] = [pairs.map(([left]) => left), pairs.map(([, right]) => right)];
      const z = apply(name, Float32Array.from(x), Float32Array.from(y));
      pairs.forEach(([left, right], i) => {
        const rounded = fround(exact(left, right));
        t.true(Object.is(z[i], rounded), `${name}(${left}, ${right}) = ${z[i]!}, not ${rounded}`);
      });
    });
  }
}
