import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Host as Module } from '../../abi/host.js';
import { activeSegments } from '../../abi/sections.js';
import { sha256 } from '../digest.js';
import type { Host, HostDigest, Network, Run, Runs, Target } from '../host.js';
import { installed } from '../install.js';
import { compileNetwork, networks } from '../networks.js';
import { output } from '../run.js';

const PACKAGE = '@bytecodealliance/wizer';

/** What the module's own test leaves in memory, as wizer wrote it down: values of variables and outputs. */
function read(binary: Uint8Array, snapshot: Uint8Array, { shape }: Network): Run {
  const module = new Module(binary);
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

async function run(program: string, folder: string, network: Network, target: Target): Promise<Run> {
  const [from, to] = ['tested', 'snapshot'].map((kind) => join(folder, `${network.name}.${target}.${kind}.wasm`));
  const binary = await compileNetwork(network, target);
  writeFileSync(from!, binary);
  output(program, [from!, '-o', to!, '--init-func', 'assertSelfTest', '--wasm-bulk-memory', 'true'], folder);
  return read(binary, readFileSync(to!), network);
}

async function digest(folder: string): Promise<HostDigest | string> {
  const found = installed(PACKAGE);
  if (typeof found === 'string') return found;
  const program = (createRequire(join(found.folder, 'package.json'))(PACKAGE) as { readonly default: string }).default;
  const runs: Record<string, Runs[string]> = {};
  for (const network of networks()) {
    runs[network.name] = { baseline: await run(program, folder, network, 'baseline'), relaxed: null };
  }
  return {
    version: found.version,
    engine: 'Wasmtime',
    networks: runs,
    note: 'calls functions without parameters alone: runs the tests that the networks carry',
  };
}

/** Runs a function of a module in Wasmtime and writes down what is in the memory then. */
export const wizer: Host = { name: 'wizer', digest };
