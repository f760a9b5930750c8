// node tools/select-keras-cases.js PACK: copies a selection of the cases of a conformance pack of Keras models into
// test/conformance/keras: the smallest that shows each class of layer, and each way of using one. What io.json repeats of the
// weights is left out.
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [pack] = process.argv.slice(2);
if (pack === undefined) throw new Error('usage: node tools/select-keras-cases.js PACK');
const target = fileURLToPath(new URL('../test/conformance/keras', import.meta.url));
const LICENSE = 'LICENSE.keras-js.txt';

/** @typedef {{ case: string, layers: string[], inner: string[], atol: number, calls?: number }} Item */
/** @type {{ cases: Item[] }} */
const index = JSON.parse(readFileSync(join(pack, 'index.json'), 'utf8'));

/** What a case shows. @type {(item: Item) => string[]} */
const features = ({ case: name, layers, inner, calls }) => {
  const text = readFileSync(join(pack, name, 'model.json'), 'utf8');
  const kinds = [...layers, ...inner.map((each) => `${layers[0] ?? ''} of ${each}`)];
  const ways = ['channels_first', 'merge_mode":"concat', 'return_sequences":true', 'go_backwards":true'].filter((way) =>
    text.includes(way),
  );
  return [...kinds, ...ways, ...(calls === undefined ? [] : ['stateful'])];
};
const sizeOf = (/** @type {string} */ name) =>
  ['model.json', 'io.json', 'weights.bin'].reduce((sum, file) => sum + statSync(join(pack, name, file)).size, 0);

const cases = index.cases
  // Of another licence than the rest.
  .filter((item) => !item.case.startsWith('tfjs_'))
  .map((item) => ({ item, features: features(item), bytes: sizeOf(item.case) }))
  .sort((a, b) => b.features.length - a.features.length || a.bytes - b.bytes || (a.item.case < b.item.case ? -1 : 1));
const seen = new Set();
const chosen = new Set();
for (const { item, features: own } of cases) {
  if (own.every((feature) => seen.has(feature))) continue;
  for (const feature of own) seen.add(feature);
  chosen.add(item.case);
}
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const selection = index.cases.filter((item) => chosen.has(item.case));
for (const { case: name } of selection) {
  cpSync(join(pack, name), join(target, name), { recursive: true });
  const { weights: _, ...recorded } = JSON.parse(readFileSync(join(pack, name, 'io.json'), 'utf8'));
  writeFileSync(join(target, name, 'io.json'), `${JSON.stringify(recorded)}\n`);
}
cpSync(join(pack, LICENSE), join(target, LICENSE));
const lines = selection.map(({ case: name, layers, atol, calls }) =>
  JSON.stringify({ case: name, layers, atol, ...(calls !== undefined && { calls }) }),
);
writeFileSync(join(target, 'index.json'), `{ "cases": [\n${lines.join(',\n')}\n] }\n`);
console.log(`${selection.length} cases`);
