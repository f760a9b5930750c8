/** Initialization in Gluon's manner: unknown sizes, deferred and forced initialization, direct access, ties. */
import { build, custom, dense, gluon, initializers, sequential } from '../compiler/index.js';
import type { InitializerValue } from '../compiler/initializers/index.js';
import type { HostInitializer, Model } from '../runtime/index.js';
import { printError, printNames, printShape, printValues, type Print, type Section } from './support/sections.js';

const { constant } = initializers;

/** Two dense layers on an input of unknown size, shown as Gluon shows them: [outputs, inputs]. */
const getNet = (initializer: InitializerValue = gluon.uniform()) =>
  sequential([dense({ units: 256, activation: 'relu' }), dense({ units: 10 })], {
    defaults: { ...gluon.defaults, initializer },
  });

/** Two rows of 20 numbers, which settle the open size. */
const x = { data: Float32Array.from({ length: 40 }, (_, i) => i / 40), shape: [2, 20] };

const firstRow = (net: Model, name: string): Float32Array => {
  const { data, shape } = net.variables.get(name);
  return data.subarray(0, data.length / shape[0]!);
};

async function unknownSizes(print: Print): Promise<void> {
  const net = await build(getNet());
  print(String(net));
  print(String(net.variables.list()));
  print(printError(() => net.variables.get('dense_1.weight')));

  const { initialized, deferred } = net.initialize();
  print(`initialize: ${printNames(initialized)} at once, deferred ${printNames(deferred)}`);
  print(String(net.variables.list(/weight$/)));

  const { y } = net.forward({ x });
  print(`forward: y ${printShape(y.shape)}`);
  print(String(net.variables.list()));
}

/** Says when and with what it is called. */
const reporting =
  (print: Print, fill: HostInitializer): HostInitializer =>
  (name, shape, random) => {
    print(`Init ${name.split('.').at(-1)} ${printShape(shape)}`);
    return fill(name, shape, random);
  };

const uniform: HostInitializer = (_name, shape, random) => random.uniform(shape, -0.07, 0.07);

async function deferredInitialization(print: Print): Promise<void> {
  const initializer = reporting(print, uniform);
  const net = await build(getNet());
  net.initialize({ initializer });
  print('initialize has returned');
  net.forward({ x });
  print('the first forward has returned');
  net.forward({ x });
  print('the second forward has returned');
}

async function forcedInitialization(print: Print): Promise<void> {
  const initializer = reporting(print, uniform);
  const net = await build(getNet());
  net.forward({ x });
  print('all sizes known from data, force:');
  net.initialize({ initializer, force: true });

  print('all sizes given:');
  const given = await build(
    sequential([dense({ units: 256, inputUnits: 20, activation: 'relu' }), dense({ units: 10, inputUnits: 256 })], {
      defaults: gluon.defaults,
    }),
  );
  given.initialize({ initializer });
}

const range = (values: Float32Array): string =>
  `from ${Math.min(...values).toFixed(5)} to ${Math.max(...values).toFixed(5)}`;

async function builtInInitializers(print: Print): Promise<void> {
  const net = await build(getNet());
  net.forward({ x });
  print(`by default: weights ${range(net.variables.get('dense_1.weight').data)}`);
  print(`biases ${range(net.variables.get('dense_1.bias').data)}`);

  net.initialize({ initializer: gluon.normal({ sigma: 0.01 }), force: true });
  print(`normal(0.01): ${printValues(firstRow(net, 'dense_1.weight'), 5)}`);
  net.initialize({ initializer: constant(1), force: true });
  print(`constant(1): ${printValues(firstRow(net, 'dense_1.weight'))}`);

  // A variable that is named takes the initializer; of a layer that is named, the weights do.
  net.initialize({ only: 'dense_1.weight', initializer: gluon.xavier(), force: true });
  net.initialize({ only: 'dense_2', initializer: constant(42), force: true });
  print(`xavier for dense_1.weight: ${printValues(firstRow(net, 'dense_1.weight'), 5)}`);
  print(`dense_1.bias ${net.variables.get('dense_1.bias').data[0]}`);
  print(`constant(42) for dense_2: weight ${firstRow(net, 'dense_2.weight')[0]}`);
  print(`dense_2.bias ${net.variables.get('dense_2.bias').data[0]}`);
}

/** U[5, 10] and U[−10, −5] with a chance of 1/4 each, else 0. */
const bizarreOnHost: HostInitializer = (_name, shape, random) =>
  random.uniform(shape, -10, 10).map((value) => (Math.abs(value) >= 5 ? value : 0));

/** The same, compiled into the module. */
const bizarre = custom(
  'bizarre',
  {},
  `export function sample(): f32 {
    const value = uniform(-10, 10);
    return abs(value) >= 5 ? value : 0;
  }`,
);

const frequencies = (values: Float32Array): string => {
  const share = (isIn: (value: number) => boolean): string => (values.filter(isIn).length / values.length).toFixed(3);
  return `${share((v) => v >= 5)} above, ${share((v) => v === 0)} zero, ${share((v) => v <= -5)} below`;
};

async function ownInitializers(print: Print): Promise<void> {
  const net = await build(getNet());
  net.forward({ x });
  net.initialize({ initializer: reporting(print, bizarreOnHost), force: true });
  print(`on the host: ${printValues(firstRow(net, 'dense_1.weight'))}`);
  print(frequencies(net.variables.get('dense_1.weight').data));

  const inModule = await build(getNet(bizarre()));
  inModule.forward({ x });
  print(`in the module: ${printValues(firstRow(inModule, 'dense_1.weight'))}`);
  print(frequencies(inModule.variables.get('dense_1.weight').data));
}

async function directAccess(print: Print): Promise<void> {
  const net = await build(getNet());
  net.initialize({ initializer: bizarreOnHost });
  net.forward({ x });
  print(`before: ${printValues(firstRow(net, 'dense_1.weight'))}`);
  net.variables.update('dense_1.weight', (data) => data.map((value) => value + 1));
  net.variables.update('dense_1.weight', (data, { index }) => void (data[index(0, 0)] = 42));
  print(`after:  ${printValues(firstRow(net, 'dense_1.weight'))}`);
  net.variables.set('dense_1.bias', new Float32Array(256).fill(0.5));
  print(`dense_1.bias ${net.variables.get('dense_1.bias').data[0]}`);
}

async function tiedParameters(print: Print): Promise<void> {
  const shared = dense({ units: 8, activation: 'relu' });
  const tied = sequential(
    [
      dense({ units: 8, activation: 'relu' }),
      shared,
      dense({ units: 8, activation: 'relu', ...shared.parameters }),
      dense({ units: 10 }),
    ],
    { defaults: gluon.defaults },
  );
  const net = await build(tied, { onWarning: (text) => print(`warning: ${text}`) });
  print(printNames(net.variables.list().map(({ name }) => name)));
  net.initialize();
  net.forward({ x });
  const isSame = (): string => {
    const [second, third] = ['dense_2.weight', 'dense_3.weight'].map((name) => firstRow(net, name)) as [
      Float32Array,
      Float32Array,
    ];
    return `[${Array.from(second, (value, i) => String(value === third[i])).join(', ')}]`;
  };
  print(isSame());
  net.variables.update('dense_2.weight', (data, { index }) => void (data[index(0, 0)] = 100));
  print(isSame());
  print(`dense_3.weight[0, 0] is ${net.variables.get('dense_3.weight').data[0]}`);
}

export const sections: readonly Section[] = [
  { title: 'Sizes that nobody knows yet', run: unknownSizes },
  { title: 'Deferred initialization, once', run: deferredInitialization },
  { title: 'Initialization at once', run: forcedInitialization },
  { title: 'Built-in initializers', run: builtInInitializers },
  { title: 'Initializers of your own', run: ownInitializers },
  { title: 'Reading and writing', run: directAccess },
  { title: 'Tied parameters', run: tiedParameters },
];
