import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildHost, runHost, type HostResult } from '../../../examples/c-host/program.js';
import { query } from '../../../examples/support/apt.js';
import { readManifest } from '../../../compiler/cli/manifest.js';
import type { Manifest } from '../../../runtime/manifest.js';
import { groupedHashes, hashOfOutputs, inputOf, sha256 } from '../digest.js';
import type { Hashes, Host, HostDigest, Modules, Network, Run, Runs } from '../host.js';

/** Runs modules of a folder in the program. */
class Runner {
  constructor(
    private readonly program: string,
    private readonly folder: string,
  ) {}

  private start(
    file: string,
    seed: number,
    inputs: readonly { readonly shape: readonly number[]; readonly values: Float32Array | Int32Array }[],
    parameters: boolean,
  ): HostResult & { readonly manifest: Manifest } {
    const module = join(this.folder, file);
    const manifest = readManifest(readFileSync(module), file);
    const files = inputs.map(({ shape, values }, i) => {
      const path = join(this.folder, `wabt-input-${i}`);
      writeFileSync(path, values);
      return { file: path, shape };
    });
    return { manifest, ...runHost(this.program, { module, manifest, seed, inputs: files, parameters }) };
  }

  network({ seed, shape, values }: Network, file: string): Run {
    const inputs = [{ shape, values: Float32Array.from(values) }];
    const { outputs, parameters } = this.start(file, seed ?? 0, inputs, true);
    return { outputs: [...outputs[0]!.words], parameters: sha256(parameters) };
  }

  parameters(file: string, group: string): Hashes {
    const { manifest, parameters } = this.start(file, 0, [], true);
    return groupedHashes(manifest, parameters, group);
  }

  outputs(file: string, shapes: readonly (readonly number[])[]): string {
    const { inputs: ports } = readManifest(readFileSync(join(this.folder, file)), file);
    const inputs = shapes.map((shape, i) => ({ shape, values: inputOf(shape, ports[i]!.dtype) }));
    return hashOfOutputs(this.start(file, 0, inputs, false).outputs.map(({ words }) => words));
  }
}

async function digest(folder: string): Promise<HostDigest | string> {
  const program = buildHost(folder);
  if (typeof program === 'string') return program;
  const { networks, initialized, forwards } = JSON.parse(readFileSync(join(folder, 'modules.json'), 'utf8')) as Modules;
  const runner = new Runner(program.path, folder);
  const runs: Record<string, Runs[string]> = {};
  for (const network of networks) {
    const { baseline, relaxed } = network.files;
    runs[network.name] = { baseline: runner.network(network, baseline), relaxed: runner.network(network, relaxed) };
  }
  const all = (target: 'baseline' | 'relaxed'): Hashes =>
    Object.assign({}, ...initialized.map((each) => runner.parameters(each[target], each.group))) as Hashes;
  return Promise.resolve({
    version: query('dpkg-query', '-W', '-f', '${source:Upstream-Version}', 'wabt'),
    engine: "wabt's interpreter",
    networks: runs,
    parameters: all('baseline'),
    relaxedParameters: all('relaxed'),
    outputs: Object.fromEntries(forwards.map(({ name, file, shapes }) => [name, runner.outputs(file, shapes)])),
  });
}

/** examples/c-host, a host without JavaScript. */
export const cHost: Host = { name: 'C++ host', digest };
