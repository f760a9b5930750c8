/**
 * Runs a conformance pack: `onnx DIR [--target baseline|relaxed] [--filter TEXT] [--json FILE]`. Cases run in worker
 * threads, each within a minute. Exits 1 if any fails.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Target } from '../../compiler/emit/library.js';
import { readIndex, type Case } from './pack.js';
import type { Outcome } from './run.js';

const WORKERS = 2;
const LIMIT = 60_000;

class Runner {
  private worker: Worker;

  constructor(private readonly folder: string) {
    this.worker = this.start();
  }

  private start(): Worker {
    return new Worker(new URL('worker.js', import.meta.url), { workerData: { folder: this.folder } });
  }

  run(item: Case, target: Target): Promise<Outcome> {
    const failed = (reason: string): Outcome => ({ case: item.case, tier: item.tier, reason });
    return new Promise((resolve) => {
      const { worker } = this;
      const end = (outcome: Outcome, restart: boolean): void => {
        clearTimeout(timer);
        worker.off('message', finished);
        worker.off('error', crashed);
        if (restart) {
          void worker.terminate();
          this.worker = this.start();
        }
        resolve(outcome);
      };
      const timer = setTimeout(() => {
        end(failed(`took more than ${LIMIT / 1000} s`), true);
      }, LIMIT);
      const finished = (outcome: Outcome): void => {
        end(outcome, false);
      };
      const crashed = (error: unknown): void => {
        end(failed(`crashed: ${String(error)}`), true);
      };
      worker.once('message', finished);
      worker.once('error', crashed);
      worker.postMessage({ item, target });
    });
  }

  end(): Promise<number> {
    return this.worker.terminate();
  }
}

async function runAll(folder: string, items: readonly Case[], target: Target): Promise<readonly Outcome[]> {
  const queue = [...items];
  const outcomes: Outcome[] = [];
  const progress = (): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r${target}: ${outcomes.length} of ${items.length}`);
    else if (outcomes.length % 100 === 0) process.stderr.write(`${target}: ${outcomes.length} of ${items.length}\n`);
  };
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      const runner = new Runner(folder);
      for (let item = queue.shift(); item; item = queue.shift()) {
        outcomes.push(await runner.run(item, target));
        progress();
      }
      await runner.end();
    }),
  );
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const order = new Map(items.map((item, at) => [item.case, at]));
  return outcomes.sort((a, b) => order.get(a.case)! - order.get(b.case)!);
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
