import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { runModule } from '../../compiler/cli/verify/verify.js';
import { NacreError } from '../../compiler/errors.js';
import { openKeras } from '../../compiler/import/keras/index.js';
import type { Tensor } from '../../compiler/tensor.js';
import { instantiateSync } from '../../runtime/index.js';
import { Comparisons, compileAll, medianTime } from './measure.js';
import type { ModelReport, Resources, TestedModel } from './tested.js';

const folder = new URL('../../../test/fixtures/keras/', import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const expected = JSON.parse(new TextDecoder().decode(read('expected.json'))) as Readonly<
  Record<string, { readonly x: Numbers; readonly y: Numbers }>
>;
const tensorOf = ({ shape, data }: Numbers): Tensor => ({ dtype: 'float32', shape, data: Float32Array.from(data) });

type Open = (file: Uint8Array, topology?: string) => ReturnType<typeof openKeras>;

/** A model with HDF5 in it, and the same as weights alone with a topology. */
const ways: Readonly<Record<string, (name: string, open: Open) => ReturnType<typeof openKeras>>> = {
  whole: (name, open) => open(read(name)),
  'weights alone': (name, open) => {
    const files = unzipSync(read(name));
    return open(files['model.weights.h5']!, new TextDecoder().decode(files['config.json']));
  },
};

/** Every part of a file cut off, and bytes of its first structures changed: an error with a type, or a model. */
async function failuresOf(name: string, open: Open): Promise<readonly string[]> {
  const file = read(name);
  const failures: string[] = [];
  const attempt = async (damaged: Uint8Array, what: string): Promise<void> => {
    try {
      await open(damaged);
    } catch (error) {
      if (!(error instanceof NacreError)) failures.push(`${name} ${what}: ${String(error)}`);
    }
  };
  for (let length = 0; length < file.length; length += 331) await attempt(file.subarray(0, length), `cut at ${length}`);
  for (let at = 0; at < 96; at++) {
    const damaged = file.slice();
    damaged[at]! ^= 0xff;
    await attempt(damaged, `with byte ${at} changed`);
  }
  return failures;
}

async function run(name: string, way: string, { packages, targets }: Resources): Promise<ModelReport> {
  const library = new URL('dist/esm/hdf5_hl.js', packages.find('h5wasm'));
  const h5wasm = (): Promise<unknown> => import(library.href);
  const open: Open = (file, topology) => openKeras(file, { h5wasm, ...(topology !== undefined && { topology }) });
  const { modules, ...figures } = await compileAll(await ways[way]!(name, open), targets);
  const { x, y } = expected[name]!;
  const output = modules.get(targets[0]!)!.manifest.outputs[0]!.name;
  const comparisons = new Comparisons();
  const times: Record<string, number> = {};
  for (const [target, module] of modules) {
    const actual = runModule(module, new Map([['x', tensorOf(x)]])).get(output)!;
    comparisons.tensors(target, output, actual, tensorOf(y));
    const net = instantiateSync(module);
    net.forward({ x: tensorOf(x) });
    times[target] = await medianTime(() => net.run());
  }
  const failures = way === 'whole' ? await failuresOf(name, open) : [];
  return { ...figures, rows: comparisons.rows(), times, reference: 'numpy', referenceTime: NaN, failures };
}

/** Files as Keras saves them, read with h5wasm, against what numpy computes. */
export const kerasFiles: readonly TestedModel[] = Object.keys(expected).flatMap((name) =>
  Object.keys(ways)
    .filter((way) => way === 'whole' || name.endsWith('.keras'))
    .map((way) => ({
      name: `Keras file ${name}, ${way}`,
      packages: ['h5wasm'],
      run: (resources: Resources) => run(name, way, resources),
    })),
);
