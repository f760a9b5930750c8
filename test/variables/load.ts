import { compile, fromDeclaration, type CompileOptions } from '../../compiler/index.js';
import { instantiateSync, type Model } from '../../runtime/index.js';
import { seedGraphs } from '../seed-graphs.js';

export const ramp = (...shape: readonly number[]) => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
  shape,
});

/** A model, and what it warned of. */
export async function load(
  model: Parameters<typeof compile>[0],
  options: CompileOptions = {},
): Promise<{ readonly net: Model; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const onWarning = (text: string): void => void warnings.push(text);
  return { net: instantiateSync(await compile(model, { initializers: 'all', ...options }), { onWarning }), warnings };
}

export const seedGraph = (name: string) => fromDeclaration(seedGraphs.find((graph) => graph.name === name)!.source);
export const values = (net: Model, name: string): readonly number[] => [...net.variables.get(name).data];
export const all = (net: Model): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(net.variables.list().map(({ name }) => [name, values(net, name)]));
