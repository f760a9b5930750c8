// What a call costs: the module's forward alone, then through the runtime's run() and forward().
import { median } from '../measure.js';
import { loadModel, moduleIn } from '../sides/nacre.js';
import { answer } from '../answer.js';
import type { Calls } from '../protocol.js';

const ROUNDS = 401;
/** Shorter than a turn of the scheduler, so that few blocks are interrupted. */
const BLOCK_MILLISECONDS = 0.5;

interface Exports {
  readonly memory: WebAssembly.Memory;
  forward(): number;
  initialize(seedLow: number, seedHigh: number, force: number): number;
}

answer(async ({ folder }: { folder: string }): Promise<Calls> => {
  const { model, inputs } = await loadModel(new URL(folder));
  const [port] = model.manifest.inputs;
  if (model.manifest.symbols.length > 0) throw new Error('calls: the model has open sizes');
  const module = new WebAssembly.Instance(new WebAssembly.Module(moduleIn(new URL(folder))))
    .exports as unknown as Exports;
  const table = new DataView(module.memory.buffer, model.manifest.table);
  const input = inputs[port!.name]!;
  new Float32Array(module.memory.buffer, table.getUint32(port!.table, true), input.length).set(input);
  if (module.initialize(0, 0, 0) !== 0) throw new Error('calls: the module does not initialize');
  model.forward(inputs);
  const kinds: Readonly<Record<keyof Calls, () => void>> = {
    module: () => void module.forward(),
    run: () => model.run(),
    forward: () => void model.forward(inputs),
  };
  return interleave(kinds);
});

function time(call: () => void, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) call();
  return ((performance.now() - start) * 1e6) / count;
}

/** Medians of blocks of each kind in turn, after a second of them. */
function interleave<Kind extends string>(kinds: Readonly<Record<Kind, () => void>>): Record<Kind, number> {
  const entries = Object.entries(kinds) as [Kind, () => void][];
  const [, first] = entries[0]!;
  const end = performance.now() + 1000;
  while (performance.now() < end) for (const [, call] of entries) time(call, 100);
  const count = Math.max(1, Math.round((BLOCK_MILLISECONDS * 1e6) / time(first, 1000)));
  const samples = entries.map(([kind, call]) => ({ kind, call, took: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) for (const { call, took } of samples) took.push(time(call, count));
  return Object.fromEntries(samples.map(({ kind, took }) => [kind, median(took)])) as Record<Kind, number>;
}
