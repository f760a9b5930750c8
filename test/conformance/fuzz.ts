/**
 * npm run fuzz -- onnx|keras DIR [--count N] [--seed N]: damages the models of a pack, and requires that each is refused by
 * a typed error or gives what its naive evaluation gives, within bounded time and memory. Exits 1 if any does not.
 */
import { parseArgs } from 'node:util';
import type { Attempt } from './attempt.js';
import { Random } from './mutate.js';
import { readKerasIndex } from './keras-run.js';
import { readIndex } from './pack.js';
import { progress, Runner, runTasks } from './pool.js';

interface Item {
  readonly case: string;
  readonly nNodes?: number;
}

interface Task {
  readonly item: Item;
  readonly seed: number;
}

const LIMIT = 20_000;
const LARGEST_NODES = 200;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' }, seed: { type: 'string' }, case: { type: 'string' } },
});
/** The kinds of packs: how their index is read, and what attempts a damaged model. */
const packs = {
  onnx: { readIndex, worker: 'fuzz-worker.js' },
  keras: { readIndex: readKerasIndex, worker: 'keras-fuzz-worker.js' },
} as const;
const [name = '', folder] = positionals;
const pack = Object.hasOwn(packs, name) ? packs[name as keyof typeof packs] : undefined;
if (pack === undefined || folder === undefined) {
  process.stderr.write('usage: npm run fuzz -- onnx|keras DIR [--count N] [--seed N] [--case NAME]\n');
  process.exit(2);
}
const count = Number(values.count ?? 10_000);
const random = new Random(Number(values.seed ?? 0));
const items: readonly Item[] = (await pack.readIndex(folder)).filter(
  (item: Item) => (item.nNodes ?? 0) <= LARGEST_NODES,
);
const chosen = values.case === undefined ? items : items.filter((item) => item.case === values.case);
const tasks = Array.from({ length: count }, (): Task => {
  return { item: chosen[random.below(chosen.length)]!, seed: random.below(2 ** 31) };
});
const tell = progress('fuzz', count, 1000);
const outcomes = await runTasks(
  tasks,
  2,
  () =>
    new Runner<Task, Attempt>(new URL(pack.worker, import.meta.url), { folder }, LIMIT, (_, reason) => {
      return { kind: 'fault', detail: reason };
    }),
  (done, { item, seed }, { kind, detail }) => {
    if (kind === 'fault') process.stdout.write(`${item.case} --seed ${seed}: ${detail}\n`);
    tell(done);
  },
);
const counted = (kind: Attempt['kind'], detail?: string): number =>
  outcomes.filter((outcome) => outcome.kind === kind && (detail === undefined || outcome.detail === detail)).length;
process.stdout.write(
  `${count} models: ${counted('refused')} refused, ${counted('right')} run (${counted('right', 'compared')} compared), ` +
    `${counted('fault')} faults\n`,
);
process.exitCode = counted('fault') > 0 ? 1 : 0;
