// Runs in every host with modules of JavaScript: what the loader, nacre/runtime, makes of the networks.
import { instantiate, type Model, type NacreError } from '../../runtime/index.js';
import { bitsOf } from '../abi/host.js';
import { digest, sha256, type Open } from './digest.js';
import type { Digest, LoaderRun, Modules, Network, Run, Thrown } from './host.js';

export const thrown = (error: unknown): Thrown => {
  const { name, message } = error as NacreError;
  return { name, message };
};

/** Runs a network on its values. */
export function run(net: Model, { seed, shape, values }: Network): Run {
  if (seed !== null) net.initialize({ seed });
  const [input] = net.manifest.inputs;
  const [output] = Object.values(net.forward({ [input!.name]: { data: Float32Array.from(values), shape } }));
  const parameters = net.variables.list().map(({ name }) => net.variables.get(name).data);
  return { outputs: [...bitsOf(output!.data as Float32Array)], parameters: sha256(parameters) };
}

async function load(network: Network, open: Open): Promise<LoaderRun> {
  const [baseline, relaxed] = [await open(network.files.baseline), await open(network.files.relaxed)];
  return {
    baseline: run(await instantiate(baseline), network),
    relaxed: await instantiate(relaxed).then((net) => run(net, network), thrown),
    chosen: (await instantiate({ baseline, relaxed })).manifest.target,
  };
}

/** The shortest module there is. */
const EMPTY = Uint8Array.of(...[0, 97, 115, 109], ...[1, 0, 0, 0]);

/** What the host that runs it makes of the modules: by docs/abi.md, and of the networks by the loader too. */
export async function digestAll(modules: Modules, open: Open): Promise<Digest> {
  const networks: Record<string, LoaderRun> = {};
  for (const network of modules.networks) networks[network.name] = await load(network, open);
  const given = ArrayBuffer.isView(await open(modules.networks[0]!.files.baseline)) ? 'bytes' : 'imported';
  const empty = await instantiate(EMPTY).then(() => ({ name: 'none', message: 'the loader takes it' }), thrown);
  return { ...(await digest(modules, open)), loader: { networks, given, empty } };
}
