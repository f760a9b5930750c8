/**
 * Runs a conformance pack: `onnx DIR` or `keras [DIR]`, with `[--target baseline|relaxed] [--filter TEXT] [--json FILE]`. Cases
 * run in worker threads, each within a minute. Exits 1 if any fails.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { fileURLToPath } from 'node:url';
import type { Target } from '../../compiler/emit/library.js';
import { readKerasIndex } from './keras-run.js';
import { readIndex } from './pack.js';
import { progress, Runner, runTasks } from './pool.js';

const WORKERS = 2;
const LIMIT = 60_000;

interface Item {
  readonly case: string;
  readonly tier?: string;
}

interface Outcome {
  readonly case: string;
  readonly tier?: string;
  /** Undefined for a pass. */
  readonly reason: string | undefined;
}

interface Task {
  readonly item: Item;
  readonly target: Target;
}

/** The kinds of packs: how their index is read, and what runs a case. */
const packs = {
  onnx: { readIndex, worker: 'worker.js' },
  keras: { readIndex: readKerasIndex, worker: 'keras-worker.js' },
} as const;

function runAll(script: string, folder: string, items: readonly Item[], target: Target): Promise<readonly Outcome[]> {
  const tell = progress(target, items.length, 100);
  const failed = ({ item }: Task, reason: string): Outcome => ({ ...pick(item), reason });
  const url = new URL(script, import.meta.url);
  return runTasks(
    items.map((item) => ({ item, target })),
    WORKERS,
    () => new Runner<Task, Outcome>(url, { folder }, LIMIT, failed),
    tell,
  );
}

const pick = ({ case: name, tier }: Item) => ({ case: name, ...(tier !== undefined && { tier }) });

// Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { target: { type: 'string' }, filter: { type: 'string' }, json: { type: 'string' } },
});
const [name = '', given] = positionals;
const pack = Object.hasOwn(packs, name) ? packs[name as keyof typeof packs] : undefined;
const committed = fileURLToPath(new URL(`../../../test/conformance/${name}`, import.meta.url));
const folder = given ?? (name === 'keras' ? committed : undefined);
if (pack === undefined || folder === undefined) {
  process.stderr.write(
    'usage: npm run conformance -- onnx DIR | keras [DIR] [--target baseline|relaxed] [--filter TEXT] [--json FILE]\n',
  );
  process.exit(2);
}
const all: readonly Item[] = await pack.readIndex(folder).catch((error: unknown) => {
  process.stderr.write(`${folder}: no pack of cases can be read: ${(error as Error).message}\n`);
  process.exit(2);
});
const items = all.filter((item) => item.case.includes(values.filter ?? ''));
const targets: readonly Target[] = values.target === undefined ? ['baseline', 'relaxed'] : [values.target as Target];
let failures = 0;
const report: Record<string, readonly Outcome[]> = {};
for (const target of targets) {
  const outcomes = await runAll(pack.worker, folder, items, target);
  report[target] = outcomes;
  const failed = outcomes.filter(({ reason }) => reason !== undefined);
  failures += failed.length;
  for (const { case: each, reason } of failed) process.stdout.write(`${target}: ${each}: ${reason}\n`);
  const names = [...new Set(items.flatMap(({ tier }) => (tier === undefined ? [] : [tier])))];
  const tiers = names.map((tier) => {
    const own = outcomes.filter((outcome) => outcome.tier === tier);
    return `${tier} ${own.filter(({ reason }) => reason === undefined).length} of ${own.length}`;
  });
  if (tiers.length > 0) process.stdout.write(`${target}: ${tiers.join(', ')}\n`);
  process.stdout.write(`${target}: ${outcomes.length - failed.length} passed, ${failed.length} failed\n`);
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 1)}\n`);
process.exitCode = failures > 0 ? 1 : 0;
