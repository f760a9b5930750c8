// Compiles a model, times that, and writes what every side loads.
import { mkdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { compile, type Graph } from '../../compiler/index.js';
import { withoutPayloads } from '../../compiler/emit/splice.js';
import { summarize } from '../../compiler/summary.js';
import { instantiateSync } from '../../runtime/index.js';
import { answer } from '../answer.js';
import { median } from '../measure.js';
import { selectModels } from '../models/index.js';
import { networkOf, type Network, type Values } from '../network.js';
import type { PrepareTask, Prepared } from '../protocol.js';
import { sides, type SideName } from '../sides/index.js';

/** Milliseconds after which no further compilation starts. */
const ENOUGH = 6000;

answer(async ({ model, folder, sides: names, target, repeats }: PrepareTask): Promise<Prepared> => {
  const graph = selectModels([model])[0]!.graph();
  const times = await timeCompilations(graph, target, 1 + repeats);
  const compiled = await compile(graph, { target, weights: 'embed' });
  const { binary } = compiled;
  const weights = weightsOf(binary);
  const network = networkOf(graph, weights);
  const refused: Partial<Record<SideName, string>> = {};
  for (const name of names) {
    const own = new URL(`${name}/`, folder);
    mkdirSync(own, { recursive: true });
    try {
      await (await sides[name]()).prepare({ network, compiled }, own);
    } catch (error) {
      if (name === 'nacre') throw error;
      refused[name] = error instanceof Error ? error.message : String(error);
    }
  }
  const values = Object.values(weights).map(({ data }) => data);
  const code = withoutPayloads(binary);
  return {
    operations: 2 * Number(summarize(graph).total.multiplyAdds),
    parameters: values.reduce((total, { length }) => total + length, 0),
    compile: { first: times[0]!, warm: median(times.slice(1)) },
    module: binary.length,
    code: { raw: code.length, gzip: gzipSync(code, { level: 9 }).length },
    memory: memoryOf(binary, network),
    refused,
  };
});

async function timeCompilations(graph: Graph, target: PrepareTask['target'], times: number): Promise<number[]> {
  const took: number[] = [];
  const begin = performance.now();
  while (took.length < 2 || (took.length < times && performance.now() - begin < ENOUGH)) {
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

function memoryOf(binary: Uint8Array, { inputs }: Network): Prepared['memory'] {
  const model = instantiateSync(binary);
  const arrays = Object.entries(inputs).map(([name, { data }]) => [name, data] as const);
  model.forward(Object.fromEntries(arrays));
  const [output] = Object.values(model.outputs);
  const { parameters, activations, states = 0 } = model.manifest.memory;
  const predicted = Number(parameters) + Number(activations) + Number(states);
  return { predicted, used: output!.buffer.byteLength };
}
