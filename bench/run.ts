import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { askOnce, startCold, type ColdStart } from './child.js';
import { compare, type Timing } from './compare.js';
import { full, quick, type Effort } from './effort.js';
import { installRivals } from './install.js';
import { describeMachine, type Machine } from './machine.js';
import { median } from './measure.js';
import type { BenchModel } from './models/index.js';
import type { BenchOptions } from './options.js';
import type { Calls, Prepared, PrepareTask } from './protocol.js';
import { progress, step } from './progress.js';
import { shippedBytes, type ShippedBytes } from './shipped.js';
import { sides, type SideName } from './sides/index.js';

type PerSide<T> = Readonly<Partial<Record<SideName, T>>>;

export interface ModelResult extends Prepared {
  readonly name: string;
  readonly timings: PerSide<Timing>;
  /** Of models with batch 1. */
  readonly cold?: PerSide<ColdStart> & { readonly empty: ColdStart };
}

export interface SideResult {
  readonly name: SideName;
  readonly title: string;
  readonly version: string;
  readonly shipped: ShippedBytes;
}

export interface Results {
  readonly machine: Machine;
  readonly target: BenchOptions['target'];
  readonly quick: boolean;
  readonly sides: readonly SideResult[];
  readonly models: readonly ModelResult[];
  /** Of the first model measured with batch 1. */
  readonly calls?: Calls & { readonly model: string };
  /** Models that could not be measured, and why. */
  readonly failures: readonly { readonly model: string; readonly reason: string }[];
}

/** Measures what the options select; progress goes to stderr. */
export async function runBench(options: BenchOptions): Promise<Results> {
  installRivals();
  const machine = describeMachine(options.node);
  if (machine.load > 0.5) progress(`the machine is busy (load ${machine.load.toFixed(1)}): figures are unreliable`);
  const effort = options.quick ? quick : full;
  const folder = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'nacre-bench-'))}/`);
  const models: ModelResult[] = [];
  const failures: { model: string; reason: string }[] = [];
  let calls: Results['calls'];
  try {
    for (const model of options.models) {
      const own = new URL(`${model.name}/`, folder);
      try {
        models.push(await measureModel(model, own, options, effort));
        if (calls !== undefined || model.batch !== 1) continue;
        calls = {
          model: model.name,
          ...(await askOnce<Calls>('calls', options.node, { folder: sideFolder(own, 'nacre').href })),
        };
      } catch (error) {
        failures.push({ model: model.name, reason: error instanceof Error ? error.message : String(error) });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  progress('bundling');
  const { target, quick: isQuick } = options;
  const described = await Promise.all(options.sides.map(describeSide));
  return { machine, target, quick: isQuick, sides: described, models, failures, ...(calls && { calls }) };
}

const sideFolder = (folder: URL, side: SideName): URL => new URL(`${side}/`, folder);

async function measureModel(
  model: BenchModel,
  folder: URL,
  options: BenchOptions,
  effort: Effort,
): Promise<ModelResult> {
  const { name } = model;
  const { node, sides: names, target } = options;
  progress(name);
  step(`${name}: compiling`);
  const task: PrepareTask = { model: name, folder: folder.href, sides: names, target, repeats: effort.compilations };
  const prepared = await askOnce<Prepared>('prepare', node, task);
  const folders = names.map((side) => [side, sideFolder(folder, side)] as const);
  const timings = await compare(name, folders, node, effort);
  if (model.batch !== 1) return { name, ...prepared, timings };
  return { name, ...prepared, timings, cold: await startAll(name, folders, node, effort.starts) };
}

/** Median cold starts of each side and of an empty process, in turns after one that fills the disk's cache. */
async function startAll(
  model: string,
  folders: readonly (readonly [SideName, URL])[],
  node: string,
  starts: number,
): Promise<NonNullable<ModelResult['cold']>> {
  const kinds = [['empty', []], ...folders.map(([side, folder]) => [side, [side, folder.href]] as const)] as const;
  const measured = kinds.map(([kind, args]) => ({ kind, args, runs: [] as ColdStart[] }));
  for (let turn = 0; turn <= starts; turn++) {
    step(`${model}: cold start ${turn} of ${starts}`);
    for (const { args, runs } of measured) {
      const run = await startCold(node, args);
      if (turn > 0) runs.push(run);
    }
  }
  const entries = measured.map(({ kind, runs }) => {
    const cold: ColdStart = {
      time: median(runs.map(({ time }) => time)),
      memory: median(runs.map(({ memory }) => memory)),
    };
    return [kind, cold] as const;
  });
  return Object.fromEntries(entries) as NonNullable<ModelResult['cold']>;
}

async function describeSide(name: SideName): Promise<SideResult> {
  const { title, version, shipped } = await sides[name]();
  return { name, title, version: version(), shipped: await shippedBytes(shipped()) };
}
