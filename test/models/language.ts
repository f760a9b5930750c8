import { runModule } from '../../compiler/cli/verify/verify.js';
import type { GivenTensors } from '../../compiler/pipeline.js';
import type { Tensor } from '../../compiler/tensor.js';
import { instantiateSync } from '../../runtime/index.js';
import { Comparisons, compileAll, medianTime } from './measure.js';
import type { ModelReport, Resources, TestedModel } from './tested.js';

/** Sentences, and the languages they are in. */
const sentences = {
  deu: 'Das Schiff fuhr langsam den Fluss hinunter zum Meer.',
  ell: 'Το πλοίο κατέβαινε αργά το ποτάμι προς τη θάλασσα.',
  eng: 'The ship went slowly down the river towards the sea.',
  fra: 'Le bateau descendait lentement la rivière vers la mer.',
  hun: 'A hajó lassan haladt lefelé a folyón a tenger felé.',
  jpn: '船はゆっくりと川を下って海へ向かった。',
  pol: 'Statek powoli płynął w dół rzeki w stronę morza.',
  rus: 'Корабль медленно плыл вниз по реке к морю.',
  tur: 'Gemi nehirden aşağı denize doğru yavaşça ilerledi.',
} as const;

/** A dense layer of toygrad; each filter is what one unit multiplies its inputs by. */
interface ToyLayer {
  readonly filters?: readonly { readonly w: Float32Array }[];
  readonly biases?: { readonly w: Float32Array };
}

interface ToyTensor {
  readonly w: Float32Array;
}

interface ToyNetwork {
  readonly layers?: readonly ToyLayer[];
  forward(input: ToyTensor): ToyTensor;
}

type Guess = readonly [language: string, probability: number];

/** Modules of the package lande: what makes features of a text, and what its network is made from. */
interface Lande {
  readonly infer: (text: string, languages: unknown, ngrams: unknown, network: ToyNetwork) => readonly Guess[];
  readonly languages: readonly string[];
  readonly ngrams: Readonly<Record<string, readonly string[]>>;
  readonly network: ToyNetwork & { readonly layers: readonly ToyLayer[] };
}

async function load(lande: URL, toygrad: URL): Promise<Lande> {
  const part = async (name: string): Promise<unknown> => {
    const module = (await import(new URL(`standalone/${name}.js`, lande).href)) as { readonly default?: unknown };
    return module.default ?? module;
  };
  const { infer } = (await part('utils')) as Lande;
  const [languages, ngrams, options] = await Promise.all(['t50-langs', 't50-ngrams', 't50-options'].map(part));
  const { NeuralNetwork } = (await import(new URL('dist/index.js', toygrad).href)) as {
    readonly NeuralNetwork: new (options: unknown) => Lande['network'];
  };
  return { infer, languages, ngrams, network: new NeuralNetwork(options) } as Lande;
}

/** A perceptron as a declaration, from the layers of toygrad that have weights. */
function declare(layers: readonly Required<ToyLayer>[]) {
  const tensors: Record<string, GivenTensors[string]> = {};
  const declared = layers.map(({ filters, biases }, at) => {
    const [units, inputs] = [filters.length, filters[0]!.w.length];
    const name = `dense_${at + 1}`;
    const data = new Float32Array(inputs * units);
    filters.forEach(({ w }, unit) => w.forEach((value, i) => (data[i * units + unit] = value)));
    tensors[`${name}.weight`] = { dtype: 'float32', shape: [inputs, units], data };
    tensors[`${name}.bias`] = { dtype: 'float32', shape: [units], data: biases.w.slice() };
    const [weight, bias] = ['weight', 'bias'].map((slot) => ({ tensor: `${name}.${slot}` }));
    const activation = at === layers.length - 1 ? 'softmax' : 'relu';
    return { name, kind: 'dense', from: at === 0 ? 'ngrams' : `dense_${at}`, units, activation, weight, bias };
  });
  const model = {
    nacre: 1,
    inputs: [{ name: 'ngrams', shape: ['batch', layers[0]!.filters[0]!.w.length] }],
    layers: declared,
    outputs: [{ name: 'languages', from: declared.at(-1)!.name }],
  };
  return { model: JSON.stringify(model), tensors };
}

async function run({ packages, targets }: Resources): Promise<ModelReport> {
  const { infer, languages, ngrams, network } = await load(packages.find('lande')!, packages.find('toygrad')!);
  const layers = network.layers.filter((layer): layer is Required<ToyLayer> => layer.filters !== undefined);
  const { model, tensors } = declare(layers);
  const { modules, ...figures } = await compileAll(model, targets, { tensors });
  const comparisons = new Comparisons();
  const given: Tensor[] = [];
  const result = ({ w }: ToyTensor): Tensor => ({ dtype: 'float32', shape: [1, languages.length], data: w });
  for (const [language, sentence] of Object.entries(sentences)) {
    let expected: ToyTensor | undefined;
    const [known] = infer(sentence, languages, ngrams, {
      forward: (input) => {
        given.push({ dtype: 'float32', shape: [1, input.w.length], data: input.w });
        return (expected = network.forward(input));
      },
    });
    for (const [target, module] of modules) {
      const actual = runModule(module, new Map([['ngrams', given.at(-1)!]])).get('languages')!;
      comparisons.tensors(target, 'languages', actual, result(expected!));
      const [guess] = infer(sentence, languages, ngrams, { forward: () => ({ w: actual.data as Float32Array }) });
      comparisons.equal(target, `'${language}'`, [guess![0], guess![0]], [known![0], language]);
    }
  }
  const times: Record<string, number> = {};
  for (const [target, module] of modules) {
    const net = instantiateSync(module);
    net.forward({ ngrams: given[0]! });
    times[target] = await medianTime(() => net.run());
  }
  const referenceTime = await medianTime(() => network.forward({ w: given[0]!.data as Float32Array }));
  return { ...figures, rows: comparisons.rows(), times, reference: 'toygrad 2.6.0', referenceTime };
}

/** Languages of texts, by a network that is declared from the weights of a package. */
export const languageModels: readonly TestedModel[] = [{ name: 'lande', packages: ['lande', 'toygrad'], run }];
