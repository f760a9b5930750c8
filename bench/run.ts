import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { askOnce, startCold, type ColdStart } from './child.js';
import { compare } from './compare.js';
import { full, quick, type Effort } from './effort.js';
import { chooseEngines, type Engine } from './engines.js';
import { installRivals } from './install.js';
import { describeMachine } from './machine.js';
import { median } from './measure.js';
import type { BenchModel } from './models/index.js';
import type { BenchOptions } from './options.js';
import { peakBinary } from './peak.js';
import { progress, step } from './progress.js';
import type { Calls, Prepared, PrepareTask } from './protocol.js';
import { ratiosOf, type EngineResult, type ModelResult, type Results, type SideResult } from './results.js';
import { shippedBytes } from './shipped.js';
import { sides, type SideName } from './sides/index.js';

/** Milliseconds of a call beside which what the runtime adds can be seen. */
const SHORT_CALL = 0.1;

/** Measures what the options select; progress goes to stderr. */
export async function runBench(options: BenchOptions): Promise<Results> {
  installRivals();
  const machine = describeMachine();
  if (machine.load > 0.5) progress(`the machine is busy (load ${machine.load.toFixed(1)}): figures are unreliable`);
  progress('bundling');
  const described = await Promise.all(options.sides.map(describeSide));
  const engines: EngineResult[] = [];
  for (const engine of chooseEngines(options)) engines.push(await measureEngine(engine, described, options));
  return { machine, quick: options.quick, sides: described, engines };
}

/** What the models of one engine have in common. */
interface Setting {
  readonly engine: Engine;
  readonly sides: readonly SideResult[];
  readonly peakFile: URL;
  readonly effort: Effort;
}

async function measureEngine(
  engine: Engine,
  described: readonly SideResult[],
  options: BenchOptions,
): Promise<EngineResult> {
  const folder = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'nacre-bench-'))}/`);
  const setting: Setting = {
    ...{ engine, sides: described, peakFile: new URL('peak.wasm', folder) },
    effort: options.quick ? quick : full,
  };
  const models: ModelResult[] = [];
  const failures: { model: string; reason: string }[] = [];
  let calls: EngineResult['calls'];
  try {
    writeFileSync(setting.peakFile, peakBinary(engine.target));
    for (const model of options.models) {
      const own = new URL(`${model.name}/`, folder);
      try {
        progress(`Node ${engine.version}, ${engine.target}: ${model.name}`);
        const result = await measureModel(model, own, setting);
        models.push(result);
        if (calls === undefined && result.timings.nacre!.time < SHORT_CALL) {
          const task = { folder: sideFolder(own, 'nacre').href };
          calls = { model: model.name, ...(await askOnce<Calls>('calls', engine.node, task)) };
        }
      } catch (error) {
        failures.push({ model: model.name, reason: error instanceof Error ? error.message : String(error) });
      } finally {
        rmSync(own, { recursive: true, force: true });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { engine, models, failures, ...(calls && { calls }) };
}

const sideFolder = (folder: URL, side: SideName): URL => new URL(`${side}/`, folder);

async function measureModel({ name, isStarted }: BenchModel, folder: URL, setting: Setting): Promise<ModelResult> {
  const { engine, effort, peakFile } = setting;
  const { node, target } = engine;
  step(`${name}: compiling`);
  const names = setting.sides.map((side) => side.name);
  const task: PrepareTask = { model: name, folder: folder.href, sides: names, target, repeats: effort.compilations };
  const prepared = await askOnce<Prepared>('prepare', node, task);
  const folders = names
    .filter((side) => prepared.refused[side] === undefined)
    .map((side) => [side, sideFolder(folder, side)] as const);
  const comparison = await compare(name, folders, { node, peakFile, effort });
  const failures = { ...prepared.refused, ...comparison.failures };
  const ratios = ratiosOf(name, target, comparison.timings, setting.sides);
  const result = { name, ...prepared, ...comparison, failures, ratios };
  if (!isStarted) return result;
  const ran = folders.filter(([side]) => comparison.timings[side] !== undefined);
  return { ...result, cold: await startAll(name, ran, node, effort.starts) };
}

/** Median cold starts of each side and of an empty process, in turns after one that fills the disk's cache. */
async function startAll(
  model: string,
  folders: readonly (readonly [SideName, URL])[],
  node: string,
  starts: number,
): Promise<NonNullable<ModelResult['cold']>> {
  const kinds = [['empty', []], ...folders.map(([side, folder]) => [side, [side, folder.href]] as const)] as const;
  let measured = kinds.map(([kind, args]) => ({ kind, args, runs: [] as ColdStart[] }));
  for (let turn = 0; turn <= starts; turn++) {
    step(`${model}: cold start ${turn} of ${starts}`);
    for (const { kind, args, runs } of measured) {
      try {
        const run = await startCold(node, args);
        if (turn > 0) runs.push(run);
      } catch (error) {
        if (kind === 'empty' || kind === 'nacre') throw error;
        measured = measured.filter((other) => other.kind !== kind);
      }
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
  const { title, version, shipped, isNative = false } = await sides[name]();
  const bytes = shipped && (await shippedBytes(shipped()));
  return { name, title, version: version(), isNative, ...(bytes && { shipped: bytes }) };
}
