/** The parameters of a NeuPy network: initializers, values, a distribution of one's own, and a shared weight. */
import { build, custom, dense, initializers, input, neupy, sequential, variable } from '../compiler/index.js';
import type { HostInitializer, Model } from '../runtime/index.js';
import { deviation, mean, printNames, type Print, type Section } from './support/sections.js';

const weights = ['dense_1.weight', 'dense_2.weight'] as const;

async function initializersPerLayer(print: Print): Promise<void> {
  const network = (weight: ReturnType<typeof neupy.normal>) =>
    sequential([
      input(['batch', 10]),
      dense({ units: 30, activation: 'sigmoid', weight }),
      dense({ units: 15, activation: 'sigmoid', weight }),
    ]);
  const net = await build(network(initializers.normal()));
  net.initialize();
  print(String(net.variables.list()));
  // The same seed and other moments: NeuPy's default deviation is a fifth of Keras's.
  const theirs = await build(network(neupy.normal()));
  theirs.initialize();
  for (const name of weights) {
    const [ours, asNeupy] = [net, theirs].map((each) => deviation(each.variables.get(name).data).toFixed(4));
    print(`${name}: deviation ${ours}, with neupy.normal() ${asNeupy}`);
  }
}

async function valuesAsWeights(print: Print): Promise<void> {
  const rows = Array.from({ length: 10 }, () => Array.from({ length: 30 }, () => Math.random() - 0.5));
  const data = Float32Array.from({ length: 30 * 15 }, () => Math.random() - 0.5);
  const net = await build(
    sequential([
      input(['batch', 10]),
      dense({ units: 30, activation: 'sigmoid', weight: rows }),
      dense({ units: 15, activation: 'sigmoid', weight: { data, shape: [30, 15] } }),
    ]),
  );
  print(String(net.variables.list(/weight$/)));
  const given = [Float32Array.from(rows.flat()), data];
  const isSame = weights.every((name, index) =>
    net.variables.get(name).data.every((value, i) => value === given[index]![i]),
  );
  print(`read back unchanged: ${isSame}`);
  const turned = { data: given[0]!, shape: [30, 10] };
  const hidden = sequential([input(['batch', 10]), dense({ name: 'hidden', units: 30, weight: turned })]);
  print(await build(hidden).then(String, String));
}

/** Gamma(alpha, 1), by Marsaglia and Tsang at alpha + 1, times a power of a uniform number: right for alpha < 1 too. */
const gamma = custom(
  'gamma',
  { alpha: 0.01 },
  `export function sample(alpha: f32): f32 {
    const d: f32 = alpha + 2.0 / 3.0;
    const c: f32 = 1 / sqrt(9 * d);
    while (true) {
      const x = normal();
      const t: f32 = 1 + c * x;
      const v: f32 = t * t * t;
      if (t <= 0) continue;
      if (log(uniform()) < 0.5 * x * x + d * (1 - v + log(v))) return d * v * exp(log(uniform()) / alpha);
    }
  }`,
);

/** The same distribution, drawn by the host: whole arrays at a time, until every element has been accepted. */
const gammaOnHost =
  (alpha: number): HostInitializer =>
  (_name, shape, random) => {
    const d = alpha + 2 / 3;
    const c = 1 / Math.sqrt(9 * d);
    const boost = random.uniform(shape).map((u) => Math.exp(Math.log(u) / alpha));
    const values = new Float32Array(boost.length);
    let waiting = Array.from(values.keys());
    while (waiting.length > 0) {
      const [x, u] = [random.normal([waiting.length]), random.uniform([waiting.length])];
      waiting = waiting.filter((element, i) => {
        const t = 1 + c * x[i]!;
        const v = t ** 3;
        if (t <= 0 || Math.log(u[i]!) >= 0.5 * x[i]! ** 2 + d * (1 - v + Math.log(v))) return true;
        values[element] = d * v * boost[element]!;
        return false;
      });
    }
    return values;
  };

async function customInitializer(print: Print): Promise<void> {
  const network = (weight: (alpha: number) => HostInitializer | ReturnType<typeof gamma>, units = [30, 15]) =>
    build(
      sequential([
        input(['batch', 10]),
        dense({ units: units[0]!, activation: 'sigmoid', weight: weight(0.02) }),
        dense({ units: units[1]!, activation: 'sigmoid', weight: weight(0.05) }),
      ]),
    );
  const printMeans = (where: string, net: Model): void => {
    net.initialize();
    const means = weights.map((name) => mean(net.variables.get(name).data).toFixed(4));
    print(`${where}: means ${means.join(' and ')}, of alpha 0.02 and 0.05`);
  };
  const inModule = await network((alpha) => gamma({ alpha }));
  print(String(inModule.variables.list(/weight$/)));
  printMeans('in the module', inModule);
  printMeans('in the module, with 10,000 and 100 units', await network((alpha) => gamma({ alpha }), [10_000, 100]));
  printMeans('on the host', await network(gammaOnHost));
}

async function sharedWeight(print: Print): Promise<void> {
  const shared = variable({ name: 'shared-weight', shape: [10, 10], initializer: initializers.ones() });
  const first = dense({ name: 'relu_1', units: 10, activation: 'relu', weight: shared });
  const second = dense({ name: 'relu_2', units: 10, activation: 'relu', weight: shared });
  const net = await build(sequential([input(['batch', 10]), first, second]));
  print(String(net));
  print(printNames(net.variables.list().map(({ name }) => name)));
  net.initialize();
  net.variables.set('relu_1.weight', new Float32Array(100).fill(0.5));
  print(`written through relu_1, read through relu_2: ${net.variables.get('relu_2.weight').data[0]}`);
}

export const sections: readonly Section[] = [
  { title: 'An initializer for each layer', run: initializersPerLayer },
  { title: 'Values as weights', run: valuesAsWeights },
  { title: 'An initializer of your own', run: customInitializer },
  { title: 'A weight that layers share', run: sharedWeight },
];
