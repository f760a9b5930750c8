import test from 'ava';
import { Pipeline } from '../compiler/pipeline.js';

const transposes: readonly [dims: readonly number[], shape: readonly (number | null)[], steps: readonly string[]][] = [
  [[2, 1], [2, 3, 5], ['transpose2d']],
  [[3, 1, 2], [2, 3, 5, 4], ['transpose2d']],
  [[2, 1, 3], [2, 3, 5, 1], ['transpose2d']],
  [[2, 1, 3], [2, 3, 5, 4], ['swapAxes']],
  [[2, 1, 3], [null, null, null, null], ['swapAxes']],
  [[3, 1, 2, 4], [2, 3, 5, 4, 6], ['swapAxes']],
  [[1, 3, 2, 4], [2, 1, 5, 4, 6], ['swapAxes']],
  [[1, 3, 2, 4], [2, 3, 5, 4, 6], ['swapAxes']],
  [[3, 2, 1], [2, 3, 5, 4], ['loop']],
  [[2, 1, 4, 3], [2, 3, 5, 4, 6], ['loop']],
];

test('which kernel a transpose takes', (t) => {
  for (const [dims, shape, steps] of transposes) {
    const { forward } = new Pipeline({
      nacre: 1,
      inputs: [{ name: 'x', shape }],
      layers: [{ kind: 'permute', name: 'y', dims }],
      outputs: ['y'],
    }).plan();
    const got = forward.map((step) => (step.kind === 'call' ? step.kernel : step.kind));
    t.deepEqual(got, steps, `[${dims.join(', ')}] of (${shape.join(', ')})`);
  }
});
