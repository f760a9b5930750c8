// Compiles a model, times that, and writes what every side loads.
import { mkdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { compile, type Graph } from '../../compiler/index.js';
import { instantiateSync } from '../../runtime/index.js';
import { median } from '../measure.js';
import { selectModels } from '../models/index.js';
import { networkOf, type Values } from '../network.js';
import { sides } from '../sides/index.js';
import { answer } from '../answer.js';
import type { ByteCount, PrepareTask, Prepared } from '../protocol.js';

answer(async ({ model, folder, sides: names, target, repeats }: PrepareTask): Promise<Prepared> => {
  const graph = selectModels([model])[0]!.graph();
  const times = await timeCompilations(graph, target, 1 + repeats);
  const { binary } = await compile(graph, { target, weights: 'embed' });
  const weights = weightsOf(binary);
  const network = networkOf(graph, weights);
  for (const name of names) {
    const own = new URL(`${name}/`, folder);
    mkdirSync(own, { recursive: true });
    (await sides[name]()).prepare({ network, binary }, own);
  }
  const values = Object.values(weights).map(({ data }) => data);
  return {
    compile: { first: times[0]!, warm: median(times.slice(1)) },
    module: count(binary),
    code: count(without(binary, values)),
    parameters: values.reduce((total, { length }) => total + length, 0),
  };
});

async function timeCompilations(graph: Graph, target: PrepareTask['target'], times: number): Promise<number[]> {
  const took: number[] = [];
  while (took.length < times) {
    const start = performance.now();
    await compile(graph, { target });
    took.push(performance.now() - start);
  }
  return took;
}

function weightsOf(binary: Uint8Array): Record<string, Values> {
  const { variables } = instantiateSync(binary);
  return Object.fromEntries(
    variables.list().map(({ name }) => {
      const { data, shape } = variables.get(name);
      return [name, { data, shape }];
    }),
  );
}

const count = (bytes: Uint8Array): ByteCount => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
});

/** The bytes without those of `values`, each of which stands in them once. */
function without(bytes: Uint8Array, values: readonly Float32Array[]): Uint8Array {
  return values.reduce((rest, { buffer, byteOffset, byteLength }) => {
    const at = rest.indexOf(new Uint8Array(buffer, byteOffset, byteLength));
    if (at < 0) throw new Error('the module does not carry its weights as they are read from it');
    return Buffer.concat([rest.subarray(0, at), rest.subarray(at + byteLength)]);
  }, Buffer.from(bytes));
}
