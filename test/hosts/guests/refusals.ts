// For a browser's pages on which something is wrong: what the loader says there, as the promise `answer`.
import { instantiate, instantiateSync } from '../../../runtime/index.js';
import type { Network, Run, Thrown } from '../host.js';
import { run, thrown } from '../loader.js';
import { bytesOf, modulesOf } from './served.js';

/** Errors by what was called. */
export type Refused = Readonly<Record<string, Thrown>>;

export interface Mixed {
  readonly runs: readonly { readonly network: string; readonly run: Run }[];
  /** The hashes of the parameters of two instances of one module, under two seeds. */
  readonly seeds: readonly string[];
}

export interface Mistyped {
  readonly network: string;
  /** By what the loader was given. */
  readonly runs: Readonly<Record<string, Run>>;
  /** What the browser says to its own streaming compilation. */
  readonly streaming: Thrown;
  /** What the loader says to the page of a 404. */
  readonly missing: Refused;
}

const none: Thrown = { name: 'none', message: 'nothing is thrown' };
const refusal = (work: Promise<unknown>): Promise<Thrown> => work.then(() => none, thrown);

const networksOf = async (): Promise<readonly Network[]> => (await modulesOf()).networks;

/** On a page whose policy forbids WebAssembly. */
async function forbidden(): Promise<Refused> {
  const bytes = await bytesOf(`/${(await networksOf())[0]!.files.baseline}`);
  return {
    instantiate: await refusal(instantiate(bytes)),
    instantiateSync: await refusal(Promise.resolve().then(() => instantiateSync(bytes))),
  };
}

/** Two models in turns, and one model twice. */
async function mixed(): Promise<Mixed> {
  const networks = await networksOf();
  const open = async ({ files }: Network) => instantiate(await bytesOf(`/${files.baseline}`));
  const nets = await Promise.all(networks.map(open));
  const turns = [0, 1, 1, 0, 1, 0];
  const runs = turns.map((turn) => ({ network: networks[turn]!.name, run: run(nets[turn]!, networks[turn]!) }));
  const seeded = networks.find(({ seed }) => seed !== null)!;
  const twins = [await open(seeded), await open(seeded)];
  twins.forEach((net, i) => net.initialize({ seed: i + 1 }));
  const seeds = twins.map((net, i) => run(net, { ...seeded, seed: i + 1 }).parameters);
  return { runs, seeds };
}

/** With a module that is served as something else. */
async function mistyped(): Promise<Mistyped> {
  const [network] = await networksOf();
  const url = `/${network!.files.baseline}`;
  const loaded = async (source: Promise<Response> | Uint8Array): Promise<Run> =>
    run(await instantiate(source as Uint8Array), network!);
  return {
    network: network!.name,
    runs: { bytes: await loaded(await bytesOf(url)), 'a response': await loaded(fetch(url)) },
    streaming: await refusal(WebAssembly.compileStreaming(fetch(url))),
    missing: {
      bytes: await refusal(instantiate(await bytesOf('/missing.wasm'))),
      response: await refusal(instantiate((await fetch('/missing.wasm')) as never)),
    },
  };
}

const pages = { forbidden, mixed, mistyped };
Object.assign(globalThis, { answer: pages[location.pathname.slice(1) as keyof typeof pages]() });
