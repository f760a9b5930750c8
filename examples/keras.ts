/** The initializers of a Keras model: defaults, names, options, a function of one's own, and what they make. */
import { writeFileSync } from 'node:fs';
import {
  build,
  conv1d,
  dense,
  flatten,
  initializers,
  input,
  maxPooling1d,
  sequential,
  summary,
} from '../compiler/index.js';
import { histograms, histogramSvg } from '../compiler/report/index.js';
import type { HostInitializer } from '../runtime/index.js';
import { printError, type Print, type Section } from './support/sections.js';

async function defaults(print: Print): Promise<void> {
  const [inputs, outputs] = [496, 64];
  const net = await build(sequential([input(['batch', inputs]), dense({ units: outputs })]));
  net.initialize();
  print(String(net.variables.list()));
  const c = Math.sqrt(6 / (inputs + outputs));
  const { data } = net.variables.get('dense_1.weight');
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  print(`c = √(6 / (${inputs} + ${outputs})) = ${c.toFixed(5)}, the largest weight is ${largest.toFixed(5)}`);
  print(`biases other than 0: ${net.variables.get('dense_1.bias').data.filter((value) => value !== 0).length}`);
}

/** Names of initializers may be Keras's. */
const model = sequential([
  input(['batch', 128, 64]),
  conv1d({ filters: 16, kernelSize: 3, weight: 'random_uniform', bias: 'zeros', activation: 'relu' }),
  maxPooling1d({ poolSize: 4 }),
  flatten(),
  dense({ units: 64, weight: 'he_uniform', bias: 'ones', activation: 'relu' }),
]);

function namedInitializers(print: Print): void {
  print(summary(model));
  // @ts-expect-error: pooling has no weight, which the type checker says before anything runs.
  print(printError(() => model.pipe(maxPooling1d({ poolSize: 4, weight: 'zeros' }))));
}

/** Initializers with options; a number alone is a constant. */
const longer = model.pipe(
  dense({ units: 64, weight: initializers.normal({ mean: 0, std: 0.05 }), bias: 0.4, activation: 'relu' }),
  dense({
    units: 8,
    weight: initializers.orthogonal({ gain: 1 }),
    bias: initializers.constant(0.4),
    activation: 'relu',
  }),
);

async function initializersWithOptions(print: Print): Promise<void> {
  const net = await build(longer);
  net.initialize();
  print(String(net.variables.list(/^dense_[23]/)));
  const { data } = net.variables.get('dense_3.weight');
  // The columns of [64, 8] are orthonormal: their products with one another are those of the identity.
  let largest = 0;
  for (let a = 0; a < 8; a++) {
    for (let b = 0; b < 8; b++) {
      let sum = 0;
      for (let row = 0; row < 64; row++) sum += data[row * 8 + a]! * data[row * 8 + b]!;
      largest = Math.max(largest, Math.abs(sum - (a === b ? 1 : 0)));
    }
  }
  print(`the columns of dense_3.weight are orthonormal within 1e-6: ${largest < 1e-6}`);
}

const standardNormal: HostInitializer = (_name, shape, random) => random.normal(shape);

/** The whole model: five layers with weights. */
export const finalModel = longer.pipe(dense({ units: 64, weight: standardNormal }));

function ownInitializer(print: Print): void {
  print(summary(finalModel));
}

/** Where the example is built. */
const figure = new URL('keras-histograms.svg', import.meta.url);

async function whatTheyMade(print: Print): Promise<void> {
  const net = await build(finalModel);
  net.initialize();
  for (const { name, initializer, counts, ...numbers } of histograms(net)) {
    const [min, max, mean, std] = [numbers.min, numbers.max, numbers.mean, numbers.std].map((value) =>
      value.toFixed(4),
    );
    print(`${name.padEnd(16)}  ${initializer.padEnd(20)}  ${min} … ${max}, mean ${mean}, deviation ${std}`);
    print(`  in ${counts.length === 1 ? 'one bin' : `${counts.length} bins`}: ${counts.join(', ')}`);
  }
  const svg = await histogramSvg(net);
  writeFileSync(figure, svg);
  const plots = svg.match(/>[^<]+\.(weight|bias)</g) ?? [];
  print(`${plots.length} histograms, a row for each layer: build/examples/${figure.pathname.split('/').at(-1)}`);
}

export const sections: readonly Section[] = [
  { title: 'What layers start from by themselves', run: defaults },
  { title: 'Initializers by name', run: namedInitializers },
  { title: 'Initializers with options', run: initializersWithOptions },
  { title: 'A function as initializer', run: ownInitializer },
  { title: 'What they made', run: whatTheyMade },
];
