/**
 * Runs a conformance pack: `onnx DIR [--target baseline|relaxed] [--filter TEXT] [--json FILE]`. Cases run in worker
 * threads, each within a minute. Exits 1 if any fails.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import type { Target } from '../../compiler/emit/library.js';
import { readIndex, type Case } from './pack.js';
import { progress, Runner, runTasks } from './pool.js';
import type { Outcome } from './run.js';

const WORKERS = 2;
const LIMIT = 60_000;

interface Task {
  readonly item: Case;
  readonly target: Target;
}

function runAll(folder: string, items: readonly Case[], target: Target): Promise<readonly Outcome[]> {
  const tell = progress(target, items.length, 100);
  const failed = ({ item }: Task, reason: string): Outcome => ({ case: item.case, tier: item.tier, reason });
  const script = new URL('worker.js', import.meta.url);
  return runTasks(
    items.map((item) => ({ item, target })),
    WORKERS,
    () => new Runner<Task, Outcome>(script, { folder }, LIMIT, failed),
    tell,
  );
}

// Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { target: { type: 'string' }, filter: { type: 'string' }, json: { type: 'string' } },
});
const [pack, folder] = positionals;
if (pack !== 'onnx' || folder === undefined) {
  process.stderr.write(
    'usage: npm run conformance -- onnx DIR [--target baseline|relaxed] [--filter TEXT] [--json FILE]\n',
  );
  process.exit(2);
}
const items = (await readIndex(folder)).filter((item) => item.case.includes(values.filter ?? ''));
const targets: readonly Target[] = values.target === undefined ? ['baseline', 'relaxed'] : [values.target as Target];
let failures = 0;
const report: Record<string, readonly Outcome[]> = {};
for (const target of targets) {
  const outcomes = await runAll(folder, items, target);
  report[target] = outcomes;
  const failed = outcomes.filter(({ reason }) => reason !== undefined);
  failures += failed.length;
  for (const { case: name, reason } of failed) process.stdout.write(`${target}: ${name}: ${reason}\n`);
  const tiers = [...new Set(items.map(({ tier }) => tier))].map((tier) => {
    const own = outcomes.filter((outcome) => outcome.tier === tier);
    return `${tier} ${own.filter(({ reason }) => reason === undefined).length} of ${own.length}`;
  });
  process.stdout.write(`${target}: ${tiers.join(', ')}\n`);
  process.stdout.write(`${target}: ${outcomes.length - failed.length} passed, ${failed.length} failed\n`);
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 1)}\n`);
process.exitCode = failures > 0 ? 1 : 0;
