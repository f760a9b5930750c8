import { built, kernel, type Mutation } from './mutation.js';

/** Faults in recurrent layers, and in what lasts between calls. */
export const recurrent: readonly Mutation[] = [
  kernel(
    'recurrent',
    'a masked step repeats the one after it',
    'memory.copy(y, y - before, bytes)',
    'memory.copy(y, y + before, bytes)',
    'ops/recurrent',
    'baseline: 14 rnn optional batchFirst reverse',
  ),
  kernel(
    'recurrent',
    'a masked step changes the state',
    'return mask != 0 && load<u8>(mask + row) == 0;',
    'return mask != 0 && load<u8>(mask + row) > 1;',
    'ops/recurrent',
    'baseline: 18 lstm optional',
  ),
  built(
    'compiler/plan/index',
    'a state is not kept for the next call',
    'copy(planner, planner.read(next), planner.read(value), value);',
    '',
    'states/streaming',
    'gru, 1 rows known*',
  ),
  built(
    'compiler/emit/steps',
    'reset leaves states as they are',
    'module.memory.fill(at, module.i32.const(0), bytes)',
    'module.nop()',
    'states/streaming',
    'gru, 1 rows known*',
  ),
  built(
    'compiler/layers/recurrence',
    'a layer that runs backwards gives its sequence in the order of the input',
    'return goBackwards ? flipped(build, sequence, 1) : sequence;',
    'return sequence;',
    'layer-lowering',
    'lstm returnSequences true goBackwards true*',
  ),
  built(
    'compiler/optimize/slices',
    'a slice of a slice takes the steps of the outer one',
    'step * inner.steps[axis]',
    'step',
    'optimize/slices',
    'a flip of a flip of*',
  ),
];
