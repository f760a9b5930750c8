import { compile, conv2d, dense, flatten, input, maxPooling2d, sequential, type Graph } from '../compiler/index.js';
import { askOnce } from './child.js';
import { chooseEngines } from './engines.js';
import { describeMachine } from './machine.js';
import { kilobytes, markdownTable, significant } from './markdown.js';
import type { InstancesTask, ManyInstances } from './protocol.js';

/**
 * What 1,000 instances of one `WebAssembly.Module` cost, each with a seed of its own: bytes of its memory, growth of what is
 * resident and of JavaScript's heap for each of them, and microseconds to instantiate one, and to initialize it and compute
 * an output. A figure stands only if every instance has another output, and a sample of them the bits of an instance alone.
 */

const COUNT = 1000;

const rows: readonly (readonly [title: string, shape: readonly number[], graph: () => Graph])[] = [
  ['MLP 20 → 256 → 10', [1, 20], () => perceptron(20, 256)],
  ['MLP 784 → 128 → 10', [1, 784], () => perceptron(784, 128)],
  ['LeNet, 28 × 28', [1, 28, 28, 1], lenet],
];

const perceptron = (inputs: number, units: number): Graph =>
  sequential([input(['batch', inputs]), dense({ units, activation: 'relu' }), dense({ units: 10 })]);

function lenet(): Graph {
  const convolution = (filters: number) => conv2d({ filters, kernelSize: 5, activation: 'relu' });
  const pooling = () => maxPooling2d({ poolSize: 2 });
  return sequential([
    ...[input(['batch', 28, 28, 1]), convolution(6), pooling(), convolution(16), pooling(), flatten()],
    ...[dense({ units: 120, activation: 'relu' }), dense({ units: 84, activation: 'relu' }), dense({ units: 10 })],
  ] as never);
}

const inputsOf = (shape: readonly number[]): InstancesTask['inputs'] => {
  const count = shape.reduce((product, size) => product * size, 1);
  return { x: { data: Float32Array.from({ length: count }, (_, at) => Math.sin(at + 1)), shape } };
};

/** Measures on each Node that `engines` chooses; the first model also until the host refuses another instance. */
export async function measureInstances(options: { readonly node?: string }): Promise<string> {
  const machine = describeMachine();
  const lines = [`${machine.cpu}, ${machine.cores} cores, ${machine.date}, ${COUNT} instances of one module`];
  for (const { node, version, target } of chooseEngines(options)) {
    const cells: string[][] = [];
    let most: number | undefined;
    for (const [index, [title, shape, graph]] of rows.entries()) {
      const { binary } = await compile(graph(), { target });
      const task: InstancesTask = { binary, inputs: inputsOf(shape), count: COUNT, most: index === 0 };
      const result = await askOnce<ManyInstances>('instances', node, task);
      most ??= result.most;
      cells.push([
        ...[title, kilobytes(binary.length), kilobytes(result.memory)],
        ...[result.resident.instantiated, result.resident.used, result.heap].map(kilobytes),
        ...[significant(result.instantiate * 1000), significant(result.run * 1000)],
      ]);
    }
    const header = [
      'kB',
      'module',
      'memory',
      'resident',
      'resident, used',
      'heap',
      'instantiate, µs',
      'first output, µs',
    ];
    lines.push('', `Node ${version}, ${target}; at most ${most} instances at once`, '', markdownTable(header, cells));
  }
  return `${lines.join('\n')}\n`;
}
