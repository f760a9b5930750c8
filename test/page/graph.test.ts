import test from 'ava';
import {
  blocksAround,
  keyOf,
  MOST_PARTS,
  partsOf,
  placesOf,
  visibleParts,
  type Part,
} from '../../page/graph/blocks.js';

const named = (names: readonly string[]) => names.map((name) => ({ role: 'layer' as const, name }));
const show = (parts: readonly Part[]): string[] =>
  parts.map((part) =>
    part.kind === 'node' ? String(part.index) : `${part.block.label} [${part.block.first}, ${part.block.end})`,
  );

test('few layers stand as they are', (t) => {
  t.deepEqual(show(partsOf(named(['a/b', 'a/c', 'd']))), ['0', '1', '2']);
});

test('names that begin alike make blocks, within blocks too', (t) => {
  const names = ['stem', ...[0, 1].flatMap((block) => [0, 1, 2].map((at) => `body/layer.${block}/op_${at}`)), 'head'];
  const parts = partsOf(named(names), 4);
  t.deepEqual(show(parts), ['0', 'body [1, 7)', '7']);
  t.deepEqual(show(visibleParts(parts, new Set(['1-6']))), ['0', 'body/layer/0 [1, 4)', 'body/layer/1 [4, 7)', '7']);
  t.deepEqual(
    blocksAround(parts, 5).map(({ label }) => label),
    ['body', 'body/layer/1'],
  );
});

test('names that tell nothing make blocks of neighbours', (t) => {
  const names = Array.from({ length: 5000 }, (_, index) => `node_${index}`);
  const inputs = [{ role: 'input' as const, name: 'x' }];
  const nodes = [...inputs, ...named(names), { role: 'output' as const, name: 'y' }];
  const parts = partsOf(nodes);
  t.true(parts.length <= MOST_PARTS + 2);
  const covered = new Set<number>();
  const visit = (list: readonly Part[]): void => {
    t.true(list.length <= MOST_PARTS + 2);
    for (const part of list) {
      if (part.kind === 'node') covered.add(part.index);
      else visit(part.block.parts);
    }
  };
  visit(parts);
  t.is(covered.size, nodes.length);
});

test('every node has a place among what is drawn', (t) => {
  const parts = partsOf(named(Array.from({ length: 500 }, (_, index) => `n${index}`)));
  const places = placesOf(parts, 500);
  t.deepEqual([...new Set(places)], parts.map(keyOf));
});
