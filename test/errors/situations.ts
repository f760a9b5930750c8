import { compile, custom, dense, input, sequential, type CompileOptions } from '../../compiler/index.js';
import { customSection, join } from '../../compiler/emit/splice.js';
import { MANIFEST_SECTION } from '../../runtime/manifest.js';
import { instantiate, instantiateSync, loadWeightsSync, type Model } from '../../runtime/external.js';
import { instantiateSync as instantiateForward } from '../../runtime/forward.js';
import { instantiateSync as instantiatePlain } from '../../runtime/index.js';
import { limitMemory } from '../abi/sections.js';
import { onHost, withoutOpcodes } from './host.js';
import { bytesOf, type ModelName } from './models.js';

type Situation = () => unknown;

const HEADER = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const { CompileError, Module } = WebAssembly;

const withManifest = (text: string): Uint8Array =>
  join([HEADER, customSection(MANIFEST_SECTION, new TextEncoder().encode(text))]);

const source = (layer: object, shape: readonly (string | number)[] = ['batch', 10]): string =>
  JSON.stringify({
    nacre: 1,
    inputs: [{ name: 'x', shape }],
    layers: [{ name: 'hidden', kind: 'dense', units: 3, ...layer }],
    outputs: ['hidden'],
  });

const compiled = async (options: CompileOptions, layer: object = {}): Promise<Uint8Array> =>
  (await compile(source(layer), options)).binary;

const external = compile(source({}), { weights: 'external' });

/** Loads the file of weights after `change`. */
const loaded = async (change: (file: Uint8Array) => unknown): Promise<unknown> => {
  const { binary, weights } = await external;
  return instantiate(binary, { weights: change(weights!) as never });
};

const using =
  (model: ModelName, action: (net: Model) => unknown): Situation =>
  async () =>
    action(instantiateSync(await bytesOf(model)));

const given = (model: ModelName, inputs: object): Situation => using(model, (net) => net.forward(inputs as never));

const x = (...shape: readonly number[]) => ({
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  shape,
});

const hostFilled = () => sequential([input(['batch', 4]), dense({ units: 2, weight: () => new Float32Array(3) })]);

const trapping = custom('endless', {}, 'export function sample(): f32 { unreachable(); return 0; }');

/** What leads to each error of docs/errors.md, by the first column. */
export const situations: Readonly<Record<string, Situation>> = {
  'a file name or an address': () => instantiate('model.wasm' as never),
  'a promise, for `instantiateSync`': () => instantiateSync(Promise.resolve(HEADER) as never),
  'a response that is no success': () => instantiate(new Response('', { status: 404 })),
  'no WebAssembly: no bytes, a page of HTML': () => instantiate(new TextEncoder().encode('<!doctype html>')),
  'a module that is cut off': async () => instantiate((await bytesOf('dense')).slice(0, 700)),
  'a module of something else, or cut off before its last section': () => instantiate(HEADER),
  'a manifest that is damaged': () => instantiate(withManifest('{"abi":1')),
  'a module of an earlier or later ABI': () => instantiate(withManifest('{"abi":2}')),
  'a module for relaxed SIMD, on a host without it': async () => {
    const relaxed = await compiled({ target: 'relaxed' });
    return onHost(withoutOpcodes(relaxed, [253, 133, 2]), () => instantiateSync(relaxed));
  },
  'a host without SIMD, or without WebAssembly': async () => {
    const binary = await bytesOf('dense');
    return onHost({ validate: () => false, refusal: new CompileError('no SIMD') }, () => instantiateSync(binary));
  },
  'bytes, where a Content-Security-Policy or the platform allows no compilation': async () => {
    const binary = await bytesOf('dense');
    return onHost({ refusal: new CompileError('disallowed by embedder') }, () => instantiateSync(binary));
  },
  'a host without memory or addresses for another instance': async () => {
    const module = new Module((await bytesOf('dense')) as BufferSource);
    return onHost({ instance: new RangeError('Out of memory') }, () => instantiateSync(module));
  },

  'no file of weights': () => loaded(() => undefined),
  'no file of weights, for a loader without files': async () =>
    instantiateForward((await external).binary).forward({ x: x(1, 10) }),
  'weights for a module that has them itself': async () =>
    instantiateSync(await bytesOf('dense'), { weights: new Uint8Array(8) }),
  'a file that is cut off': () => loaded((file) => file.slice(0, -1)),
  'a longer file': () => loaded((file) => Uint8Array.of(...file, 0)),
  'a file of another model, or damaged': () => loaded((file) => file.map((byte) => byte ^ 1)),
  'a response for the weights that is no success': () => loaded(() => new Response('', { status: 404 })),
  'what is no file': () => loaded(() => 'model.safetensors'),
  'what is no file, to be loaded at once': async () =>
    loadWeightsSync(instantiatePlain((await external).binary) as never, 'model.safetensors' as never),
  'a stream that is being read already': () =>
    loaded((file) => {
      const { body } = new Response(file.slice());
      body!.getReader();
      return body;
    }),

  'an input that the model does not have': given('dense', { z: x(1, 10) }),
  'an input is missing': given('tokens', { mask: x(1, 4) }),
  'another typed array': given('dense', { x: new Float64Array(10) }),
  'a value that is not of the dtype': given('dense', { x: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 'a']] }),
  'rows of several lengths': given('dense', { x: [[1, 2], [3]] }),
  'values that do not fill the shape': given('dense', { x: new Float32Array(21) }),
  'values without sizes, where two are open': given('tokens', { tokens: new Int32Array(6), mask: x(1, 4) }),
  'a shape with other axes, or with what are no sizes': given('dense', { x: x(10) }),
  'a size that a layer cannot take': given('dense', { x: x(2, 11) }),
  'a size above its limit': given('dense', { x: x(65, 10) }),
  'another size for an axis that the first input has fixed': using('open', (net) => {
    net.resize({ x: [1, 20] });
    net.resize({ x: [1, 21] });
  }),
  'an index outside its table': given('tokens', { tokens: [[9]], mask: x(1, 4) }),
  'sizes above `maxMemory`': given('small', { x: x(9000, 10) }),
  'sizes for which the host has no memory': async () => {
    const net = instantiateSync(limitMemory(await bytesOf('sequence'), 1));
    net.resize({ x: [1, 9, 3] });
    net.resize({ x: [1, 10_000, 3] });
  },
  'views or `run`, while sizes are open': using('dense', (net) => {
    net.run();
  }),
  'a function of the model that fails, or no stack': async () => {
    const net = instantiateSync(await bytesOf('dense'));
    replace(net, 'forward', () => {
      throw new RangeError('Maximum call stack size exceeded');
    });
    net.forward({ x: x(1, 10) });
  },
  'a status that the loader does not know': async () => {
    const net = instantiateSync(await bytesOf('dense'));
    replace(net, 'forward', () => -99);
    net.forward({ x: x(1, 10) });
  },

  'a variable that the model does not have': using('dense', (net) => net.variables.get('hiden.weight')),
  'a variable without values': using('dense', (net) => net.variables.get('hidden.weight')),
  'a variable whose sizes wait for an input': using('open', (net) => net.variables.get('dense_1.weight')),
  'values of another shape': using('dense', (net) => {
    net.variables.set('hidden.weight', x(3, 10));
  }),
  'an element that the variable does not have': using('dense', (net) => {
    net.initialize();
    net.variables.update('hidden.weight', (_, { index }) => void index(10, 0));
  }),
  'elements that are no whole numbers': using('dense', (net) => net.variables.sample('hidden.weight', 0.5)),
  'elements of values beyond their last': using('embedded', (net) => net.variables.sample('hidden.weight', 30)),
  'elements of an initializer that fills a variable whole': async () =>
    instantiateSync(await compiled({}, { weight: 'orthogonal' })).variables.sample('hidden.weight'),
  'parameters that are frozen': async () =>
    instantiateSync(await compiled({ parameters: 'frozen' })).variables.set('hidden.bias', [0, 0, 0]),

  'an option of `initialize` that there is not': using('dense', (net) => net.initialize({ sed: 1 } as never)),
  '`only` that names nothing': using('dense', (net) => net.initialize({ only: 'hiden' })),
  'another seed for a module with values': using('embedded', (net) => net.initialize({ seed: 1 })),
  'an initializer that the module does not carry': using('dense', (net) => net.initialize({ initializer: 'normal' })),
  'an initializer for other axes': async () =>
    instantiateSync(await compiled({ initializers: 'all' })).initialize({
      only: 'hidden.bias',
      initializer: 'orthogonal',
      force: true,
    }),
  "an initializer of the model's own that traps": async () => {
    const graph = sequential([input(['batch', 4]), dense({ units: 2, weight: trapping({}) })]);
    instantiateSync((await compile(graph)).binary).initialize();
  },
  'an initializer of the host that is missing': async () =>
    instantiateSync((await compile(hostFilled())).binary).initialize(),
  'an initializer of the host that returns something else': async () =>
    instantiateSync(await compile(hostFilled())).initialize(),
  'an initializer of the host, for a loader without them': async () =>
    instantiateForward((await compile(hostFilled())).binary).forward({ x: x(1, 4) }),
};

/** Puts another function in the place of an export. */
function replace(net: Model, name: string, call: () => number): void {
  const session = net as unknown as { exports: object };
  session.exports = { ...session.exports, [name]: call };
}
