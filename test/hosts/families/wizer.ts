import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Host as Module } from '../../abi/host.js';
import { activeSegments } from '../../abi/sections.js';
import { sha256 } from '../digest.js';
import type { Host, HostDigest, Network, Run, Runs, Target } from '../host.js';
import { installed, load } from '../install.js';
import { compileTested, networks } from '../networks.js';
import { output } from '../run.js';

const PACKAGE = '@bytecodealliance/wizer';

/**
 * What a module's own test left in memory, as wizer wrote it down: values of variables and outputs.
 *
 * @param baseline a module of the network that any host runs: memory is laid out alike for either target
 */
function read(baseline: Uint8Array, snapshot: Uint8Array, { shape }: Network): Run {
  const module = new Module(baseline);
  if (module.infer(shape) !== 0) throw new Error('the sizes of the network are refused');
  const memory = new Uint8Array(module.memory.buffer).fill(0);
  for (const { offset, data } of activeSegments(snapshot)) memory.set(data, offset);
  const outputs = [...module.read()];
  // Reading lays out the values of variables; it computes none.
  const parameters = module.manifest.variables.map((_, index) => {
    const { status, words } = module.parameter(index);
    if (status !== 0) throw new Error(`variable ${index} has no values in the snapshot`);
    return words.slice();
  });
  return { outputs, parameters: sha256(parameters) };
}

async function run(program: string, folder: string, network: Network): Promise<Runs[string]> {
  const tested = {
    baseline: await compileTested(network, 'baseline'),
    relaxed: await compileTested(network, 'relaxed'),
  };
  const snapshot = (target: Target): Run => {
    const [from, to] = ['tested', 'snapshot'].map((kind) => join(folder, `${network.name}.${target}.${kind}.wasm`));
    writeFileSync(from!, tested[target]);
    output(program, [from!, '-o', to!, '--init-func', 'assertSelfTest'], folder);
    return read(tested.baseline, readFileSync(to!), network);
  };
  return { baseline: snapshot('baseline'), relaxed: snapshot('relaxed') };
}

async function digest(folder: string): Promise<HostDigest | string> {
  const found = installed(PACKAGE);
  if (typeof found === 'string') return found;
  const wizer = await load<{ readonly default: string }>(PACKAGE);
  if (typeof wizer === 'string') return wizer;
  const runs: Record<string, Runs[string]> = {};
  for (const network of networks()) {
    runs[network.name] = await run(wizer.default, folder, network);
  }
  return {
    version: found.version,
    engine: 'Wasmtime',
    networks: runs,
    note: 'calls functions without parameters alone: runs the tests that the networks carry',
  };
}

/** Runs a function of a module in Wasmtime and writes down what is in the memory then. */
export const wizerHost: Host = { name: 'Wasmtime (wizer)', digest };
