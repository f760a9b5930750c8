import test from 'ava';
import { build, dense, gluon, initializers, input, neupy, sequential, tfjs, torch } from '../../compiler/index.js';
import type { InitializerValue } from '../../compiler/initializers/index.js';

const { heNormal, lecunNormal, lecunUniform, msraPrelu, normal, orthogonal, truncatedNormal, uniform, xavier } =
  initializers;

const [IN, OUT] = [400, 250];

/** The standard deviation of N(0, 1) cut at ±2. */
const CUT = 0.87962566103423978;

/** Formulas as the frameworks' sources have them: the standard deviation, and the largest size where there is one. */
const rows: readonly (readonly [title: string, initializer: InitializerValue, deviation: number, limit?: number])[] = [
  ['Keras RandomNormal(stddev 1)', normal({ std: 1, seed: 1234 }), 1],
  ['Keras RandomUniform(−1, 1)', uniform({ low: -1, high: 1 }), 1 / Math.sqrt(3), 1],
  ['Keras TruncatedNormal(stddev 1)', truncatedNormal({ std: 1 }), CUT, 2],
  [
    'Keras VarianceScaling(2, fan_in)',
    initializers.varianceScaling({ scale: 2 }),
    Math.sqrt(2 / IN),
    (2 * Math.sqrt(2 / IN)) / CUT,
  ],
  ['Keras VarianceScaling(2, fan_out)', initializers.varianceScaling({ scale: 2, mode: 'fanOut' }), Math.sqrt(2 / OUT)],
  ['Keras GlorotUniform', 'glorot_uniform', Math.sqrt(2 / (IN + OUT)), Math.sqrt(6 / (IN + OUT))],
  ['Keras GlorotNormal', 'glorot_normal', Math.sqrt(2 / (IN + OUT)), (2 * Math.sqrt(2 / (IN + OUT))) / CUT],
  ['Keras HeUniform', 'he_uniform', Math.sqrt(2 / IN), Math.sqrt(6 / IN)],
  ['Keras HeNormal', heNormal(), Math.sqrt(2 / IN), (2 * Math.sqrt(2 / IN)) / CUT],
  ['Keras LecunUniform', lecunUniform(), Math.sqrt(1 / IN), Math.sqrt(3 / IN)],
  ['Keras LecunNormal', lecunNormal(), Math.sqrt(1 / IN), (2 * Math.sqrt(1 / IN)) / CUT],
  ['Keras Orthogonal(gain 2)', orthogonal(2), 2 / Math.sqrt(IN)],
  ['Gluon, nothing given', gluon.uniform(), 0.07 / Math.sqrt(3), 0.07],
  ['Gluon Normal(0.01)', gluon.normal(), 0.01],
  ['Gluon Xavier()', xavier(), Math.sqrt(2 / (IN + OUT)), Math.sqrt(6 / (IN + OUT))],
  ['Gluon Xavier(gaussian, in, 2)', xavier({ rndType: 'gaussian', factorType: 'in', magnitude: 2 }), Math.sqrt(2 / IN)],
  ['Gluon MSRAPrelu()', msraPrelu(), Math.sqrt(2 / (1 + 0.25 ** 2) / ((IN + OUT) / 2))],
  ['NeuPy Normal()', neupy.normal(), 0.01],
  ['NeuPy XavierNormal()', neupy.xavierNormal(), Math.sqrt(1 / (IN + OUT))],
  ['NeuPy HeNormal(gain 2)', neupy.heNormal({ gain: 2 }), Math.sqrt(2 / IN)],
  ['TensorFlow.js glorotNormal', tfjs.glorotNormal(), CUT * Math.sqrt(2 / (IN + OUT)), 2 * Math.sqrt(2 / (IN + OUT))],
  [
    'PyTorch xavier_normal_(gain 5/3)',
    torch.xavierNormal({ gain: torch.gain('tanh') }),
    (5 / 3) * Math.sqrt(2 / (IN + OUT)),
  ],
  [
    'PyTorch kaiming_uniform_(a = √5)',
    torch.kaimingUniform({ a: Math.sqrt(5) }),
    1 / Math.sqrt(3 * IN),
    1 / Math.sqrt(IN),
  ],
  ['PyTorch kaiming_normal_()', torch.kaimingNormal(), Math.sqrt(2 / IN)],
  ['PyTorch sparse_(0.75, std 1)', torch.sparse({ sparsity: 0.75, std: 1 }), Math.sqrt(0.25)],
];

for (const [title, weight, deviation, limit] of rows) {
  test(`${title} has mean 0 and the deviation of its formula`, async (t) => {
    const net = await build(sequential([input(['batch', IN]), dense({ units: OUT, weight, bias: false })]), {
      initializers: 'used',
    });
    net.initialize({ seed: 3 });
    const { data } = net.variables.get('dense_1.weight');
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    // Five standard errors: of the mean σ/√n, of the deviation at most σ/√(2n) · √(kurtosis), 12 for the sparse one.
    t.true(Math.abs(mean) < (5 * deviation) / Math.sqrt(data.length), `mean ${mean}`);
    const error = Math.abs(Math.sqrt(variance) / deviation - 1);
    t.true(error < 5 * Math.sqrt(12 / (4 * data.length)), `deviation ${Math.sqrt(variance)}, not ${deviation}`);
    if (limit === undefined) return;
    const largest = data.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
    t.true(largest <= Math.fround(limit) * (1 + 2 ** -23) && largest > 0.99 * limit, `the largest is ${largest}`);
  });
}
