import test from 'ava';
import { build, customLayer, dense, input, sequential } from '../../compiler/index.js';
import { ModuleError } from '../../runtime/errors.js';

/** Goes on for ever for numbers above 1. */
const halve = customLayer('halve', {}, 'export function apply(x: f32): f32 { while (x > 1) x = x * 1; return x; }');

test('a function that does not return fails the forward, and the next one works', async (t) => {
  const net = await build(sequential([input([1, 3]), halve(), dense({ units: 1, weight: 'ones' })]));
  const answer = (values: number[]): number => net.forward({ x: [values] }).y.data[0]!;
  t.is(answer([0.5, 0.25, 1]), 1.75);
  const error = t.throws(() => answer([0.5, 2, 1]), { instanceOf: ModuleError, code: 'trap' });
  t.regex(error.message, /^forward: a function of the model failed: /);
  t.is(answer([0.25, 0.25, 1]), 1.5);
});
