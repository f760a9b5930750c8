import { built, type Mutation } from './mutation.js';

const file = 'compiler/emit/self-test';

export const selfTest: readonly Mutation[] = [
  built(
    file,
    'the self-test takes the values that variables have',
    'constant(seed >> 32n), constant(1)]',
    'constant(seed >> 32n), constant(0)]',
    'self-test',
    'a module finds itself well*',
  ),
  built(
    file,
    'the self-test begins with the states of the last call',
    `must(module.call('infer', [], i32)), ...reset(),`,
    `must(module.call('infer', [], i32)),`,
    'self-test',
    'a module finds itself well*',
  ),
  built(
    file,
    'the states of the self-test last',
    `must(module.call('forward', [], i32)), ...reset());`,
    `must(module.call('forward', [], i32)));`,
    'self-test',
    'states are zero*',
  ),
  built(
    file,
    'the self-test takes any size of an output',
    'module.i32.ne(word, constant(expected.shape[axis]))',
    'module.i32.lt_s(word, constant(0))',
    'self-test',
    'another size*',
  ),
  built(
    file,
    'the self-test of a relaxed module has one bound for all magnitudes',
    'Math.fround(tolerance * (1 + largest))',
    'Math.fround(tolerance)',
    'self-test',
    'floats of a relaxed module*',
  ),
  built(
    file,
    'a failed self-test does not trap where it is to',
    'module.unreachable()',
    'module.nop()',
    'self-test',
    'a bit of what is expected*',
  ),
];
