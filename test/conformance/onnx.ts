import test from 'ava';
import { fileURLToPath } from 'node:url';
import { readIndex } from './pack.js';
import { runCase } from './run.js';

const folder = fileURLToPath(new URL('../../../test/conformance/onnx', import.meta.url));
const cases = await readIndex(folder);

/** Runs every `of`-th case of the committed selection, from the one numbered `share`. */
export function testCases(share: number, of: number): void {
  for (const item of cases.filter((_, at) => at % of === share)) {
    test(item.case, async (t) => {
      const { reason } = await runCase(folder, item, 'baseline');
      t.is(reason, undefined);
    });
  }
}
