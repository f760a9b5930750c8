import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../compiler/index.js';
import { initializedModels } from '../abi/initialized-models.js';
import { convolutional, everyActivation, lookup, mlp, type Model } from '../abi/models.js';
import type { Modules } from './host.js';
import { compileNetworks, networks } from './networks.js';

const forwards: Readonly<Record<string, { model: Model; shapes: readonly (readonly number[])[] }>> = {
  mlp: { model: mlp, shapes: [[5, 10]] },
  convolutions: { model: convolutional, shapes: [[5, 9, 9, 3]] },
  activations: { model: everyActivation, shapes: [[40, 34]] },
  embedding: { model: lookup, shapes: [[4, 5]] },
};

const fileOf = (group: string): string => `initializers${group && `-${group}`}`;

const nameOf = (model: string, target: string): string => `${model}.${target}.wasm`;

/** Every model for both targets, by file name. */
export async function compileModules(): Promise<ReadonlyMap<string, Uint8Array>> {
  const binaries = new Map(await compileNetworks());
  const initialized = Object.entries(initializedModels).map(([group, model]) => [fileOf(group), model] as const);
  const models = { ...Object.fromEntries(initialized), ...mapValues(forwards, ({ model }) => model) };
  for (const [name, model] of Object.entries(models)) {
    for (const target of ['baseline', 'relaxed'] as const) {
      binaries.set(nameOf(name, target), (await compile(JSON.stringify(model), { target })).binary);
    }
  }
  return binaries;
}

const mapValues = <T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

export function hashOf(binaries: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const binary of binaries.values()) hash.update(binary);
  return hash.digest('hex');
}

/** Writes the modules and `modules.json`, which lists them. */
export function writeModules(binaries: ReadonlyMap<string, Uint8Array>, folder: string): Modules {
  for (const [name, binary] of binaries) writeFileSync(join(folder, name), binary);
  const modules: Modules = {
    networks: networks(),
    initialized: Object.keys(initializedModels).map((group) => ({
      group,
      baseline: nameOf(fileOf(group), 'baseline'),
      relaxed: nameOf(fileOf(group), 'relaxed'),
    })),
    forwards: Object.entries(forwards).map(([name, { shapes }]) => ({ name, file: nameOf(name, 'baseline'), shapes })),
  };
  writeFileSync(join(folder, 'modules.json'), JSON.stringify(modules));
  return modules;
}
