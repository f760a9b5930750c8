// node tools/select-cases.js PACK [COUNT]: copies a selection of the cases of a conformance pack into
// test/conformance/onnx: for each operator and version of it the smallest case, then the smallest of each kind of edge.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [pack, count = '200'] = process.argv.slice(2);
if (pack === undefined) throw new Error('usage: node tools/select-cases.js PACK [COUNT]');
const target = fileURLToPath(new URL('../test/conformance/onnx', import.meta.url));

/**
 * @typedef {{
 *   case: string; tier: string; mainOp: string; ops: string[]; opset: number; opSince?: string; expanded: boolean;
 *   dtypes: string[]; inputs: unknown; outputs: unknown; rtol: number; atol: number; shapeInputs: string[];
 *   emptyTensor?: boolean; nanOrInf?: boolean; optionalInputs?: boolean; contested?: boolean;
 * }} Item
 */

/** @type {{ cases: Item[] }} */
const index = JSON.parse(readFileSync(join(pack, 'index.json'), 'utf8'));

/** @type {(path: string) => number} */
const sizeOf = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : statSync(path).size;

const LARGEST = 100_000;
const cases = index.cases
  .map((item) => ({ item, bytes: sizeOf(join(pack, item.case)) }))
  .filter(({ bytes }) => bytes <= LARGEST)
  .sort((a, b) => a.bytes - b.bytes || (a.item.case < b.item.case ? -1 : 1));

/** What a case is the only one to show, the most telling first. @type {((item: Item) => string[])[]} */
const features = [
  (item) => (item.expanded ? [] : [`op ${item.mainOp}`]),
  (item) => item.ops.map((op) => `uses ${op}`),
  (item) => (item.expanded ? [] : [`since ${item.opSince}`]),
  (item) => [`dtypes ${item.dtypes.join()}`],
  (item) =>
    /** @type {const} */ (['emptyTensor', 'nanOrInf', 'optionalInputs', 'contested']).flatMap((flag) =>
      item[flag] ? [`${flag} ${item.mainOp}`] : [],
    ),
  (item) => (item.expanded ? [`expansion ${item.mainOp}`] : []),
];
const seen = new Set();
/** @type {Set<Item>} */
const chosen = new Set();
for (const feature of features) {
  for (const { item } of cases) {
    if (chosen.size >= Number(count)) break;
    if (chosen.has(item) || feature(item).every((name) => seen.has(name))) continue;
    chosen.add(item);
    for (const each of features) for (const name of each(item)) seen.add(name);
  }
}
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const selection = index.cases.filter((item) => chosen.has(item));
for (const item of selection) cpSync(join(pack, item.case), join(target, item.case), { recursive: true });
cpSync(join(pack, 'LICENSE.onnx.txt'), join(target, 'LICENSE.onnx.txt'));
const fields = /** @type {const} */ ([
  'case',
  'tier',
  'mainOp',
  'ops',
  'opset',
  'inputs',
  'outputs',
  'rtol',
  'atol',
  'shapeInputs',
]);
const lines = selection.map((item) => JSON.stringify(Object.fromEntries(fields.map((field) => [field, item[field]]))));
writeFileSync(join(target, 'index.json'), `{ "cases": [\n${lines.join(',\n')}\n] }\n`);
console.log(`${selection.length} cases, ${sizeOf(target)} bytes`);
