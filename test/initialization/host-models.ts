import { compile, type CompileOptions } from '../../compiler/index.js';
import { instantiateSync, type HostInitializer, type Model } from '../../runtime/index.js';

type Fields = Readonly<Record<string, unknown>>;

export interface Options extends CompileOptions {
  readonly functions?: Readonly<Record<string, HostInitializer>>;
  readonly rng?: 'philox' | 'jax' | 'torch';
  readonly features?: number | null;
}

const layersOf = (second: unknown): Fields[] => [
  { name: 'a', kind: 'dense', from: 'x', units: 3, weight: 'mine', bias: 'normal' },
  { name: 'b', kind: 'conv1d', filters: 2, kernelSize: 3, from: 'sequence', weight: second, bias: 'mine' },
];

/** Two layers whose weights functions of the host fill, the second's under a name of its own. */
export function declared({ rng = 'philox', features = 4 }: Options = {}, second: unknown = 'other'): string {
  return JSON.stringify({
    ...{ nacre: 1, rng, layers: layersOf(second), outputs: ['a', 'b'] },
    inputs: [
      { name: 'x', shape: ['batch', features] },
      { name: 'sequence', shape: ['batch', 5, 2] },
    ],
    initializers: [
      { name: 'mine', host: true },
      { name: 'other', host: true },
    ],
  });
}

export const given = (features = 4) => ({
  x: { data: new Float32Array(features).fill(1), shape: [1, features] },
  sequence: { data: new Float32Array(10).fill(1), shape: [1, 5, 2] },
});

export const volume = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
export const full =
  (value: number): HostInitializer =>
  (_, shape) =>
    new Float32Array(volume(shape)).fill(value);

/** A function that keeps what it was called with. */
export function recorded(fill: HostInitializer = full(2)) {
  const calls: (readonly [name: string, shape: readonly number[]])[] = [];
  const own: HostInitializer = (name, shape, random) => {
    calls.push([name, [...shape]]);
    return fill(name, shape, random);
  };
  return { calls, own };
}

export async function load({ functions = {}, ...options }: Options = {}, second?: unknown): Promise<Model> {
  const { rng, features, ...rest } = options;
  const { binary } = await compile(declared({ ...(rng && { rng }), ...(features !== undefined && { features }) }, second), rest); // prettier-ignore
  return instantiateSync(binary, { functions, onWarning: () => undefined });
}

export const valuesOf = (net: Model): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(net.variables.list().map(({ name }) => [name, net.variables.get(name).data]));

/** The variables that functions fill, in their order. */
export const order = [
  ['a.weight', [4, 3]],
  ['b.weight', [3, 2, 2]],
  ['b.bias', [2]],
] as const;
