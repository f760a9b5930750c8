import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import test from 'ava';
import { compile } from '../../compiler/index.js';
import { importKeras } from '../../compiler/import/keras/index.js';
import { instantiateSync } from '../../runtime/index.js';
import { functional3, input3, layer3, tensor3 } from './files.js';

test.before(() => tf.setBackend('cpu'));

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Layers of Keras 3 whose outputs follow from its documentation by plain operations. */
interface NumberCase {
  readonly layers: readonly object[];
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** The elements of inputs that are no normal numbers. */
  readonly given?: Readonly<Record<string, readonly number[]>>;
  readonly weights?: Readonly<Record<string, readonly number[]>>;
  readonly expected: (inputs: Tensors, weights: Tensors) => tf.Tensor;
}

const column = (mask: tf.Tensor): tf.Tensor => tf.expandDims(mask, -1);
const counts = (x: tf.Tensor): tf.Tensor => tf.cast(tf.notEqual(x, 0), 'float32');
/** What is added to scores [batch, queries, keys], given which of them count. */
const hide = (counted: tf.Tensor): tf.Tensor => tf.mul(tf.sub(1, counted), -1e9);
const lookUp = (x: tf.Tensor, table: tf.Tensor): tf.Tensor => tf.gather(table, tf.cast(x, 'int32'));

/** Σ over heads of softmax(query · keyᵀ / √size + bias) · value, each projected, with weights by their names in Keras. */
function inHeads(query: tf.Tensor, value: tf.Tensor, w: Tensors, bias: tf.Tensor | number): tf.Tensor {
  const project = (x: tf.Tensor, name: string) =>
    tf.add(tf.einsum('btf,fhd->bhtd', x, w[`heads/${name}/kernel`]!), tf.expandDims(w[`heads/${name}/bias`]!, 1));
  const [q, k, v] = [project(query, 'query'), project(value, 'key'), project(value, 'value')];
  const scores = tf.div(tf.einsum('bhqd,bhkd->bhqk', q, k), Math.sqrt(q.shape[3]!));
  const wide = typeof bias === 'number' ? bias : tf.expandDims(bias, 1);
  const attended = tf.einsum('bhqk,bhkd->bhqd', tf.softmax(tf.add(scores, wide)), v);
  const out = tf.einsum('bhqd,hdf->bqf', attended, w['heads/attention_output/kernel']!);
  return tf.add(out, w['heads/attention_output/bias']!);
}

const headWeights = {
  'heads/query/kernel': [4, 2, 3],
  'heads/query/bias': [2, 3],
  'heads/key/kernel': [4, 2, 3],
  'heads/key/bias': [2, 3],
  'heads/value/kernel': [4, 2, 3],
  'heads/value/bias': [2, 3],
  'heads/attention_output/kernel': [2, 3, 4],
  'heads/attention_output/bias': [4],
};
const two = { q: [2, 3, 4], v: [2, 5, 4] };
const embedding = layer3('Embedding', { name: 'e', input_dim: 3, output_dim: 4, mask_zero: true }, [tensor3('x')]);
const indices = { inputs: { x: [2, 5] }, given: { x: [1, 2, 0, 1, 0, 0, 2, 2, 0, 1] } };
const steps = layer3('Masking', { name: 'm', mask_value: 0 }, [tensor3('q')]);
/** The second step of the first example is masked. */
const dropped = [1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 0, 7, 1, 1, -1, 2, 3, -2, 0, 1, 1, 0, 0, 1].map((value) => value / 4);
const anyStep = (q: tf.Tensor): tf.Tensor => tf.max(counts(q), -1);

function rnn(x: tf.Tensor, mask: tf.Tensor, w: Tensors, name: string): tf.Tensor {
  const units = w[`${name}/bias`]!.size;
  let [h, y] = [tf.zeros([x.shape[0]!, units]), tf.zeros([x.shape[0]!, units])];
  const outputs = tf.unstack(x, 1).map((step, at) => {
    const next = tf.tanh(
      tf.add(tf.add(tf.matMul(step as tf.Tensor2D, w[`${name}/kernel`]! as tf.Tensor2D), w[`${name}/bias`]!), tf.matMul(h as tf.Tensor2D, w[`${name}/recurrent_kernel`]! as tf.Tensor2D)), // prettier-ignore
    );
    const counted = tf.cast(tf.slice(mask, [0, at], [-1, 1]), 'bool');
    h = tf.where(tf.broadcastTo(counted, h.shape), next, h);
    y = tf.where(tf.broadcastTo(counted, h.shape), next, tf.zerosLike(y));
    return y;
  });
  return tf.stack(outputs, 1);
}

const cases: Readonly<Record<string, NumberCase>> = {
  Attention: {
    inputs: two,
    layers: [layer3('Attention', { name: 'a', use_scale: true }, [[tensor3('q'), tensor3('v')]])],
    weights: { 'a/scale': [] },
    expected: ({ q, v }, w) => tf.matMul(tf.softmax(tf.mul(tf.matMul(q!, v!, false, true), w['a/scale']!)), v!),
  },
  'Attention with queries that are masked': {
    inputs: two,
    given: { q: dropped },
    layers: [steps, layer3('Attention', { name: 'a' }, [[tensor3('m'), tensor3('v')]])],
    expected: ({ q, v }) => tf.mul(tf.matMul(tf.softmax(tf.matMul(q!, v!, false, true)), v!), column(anyStep(q!))),
  },
  'Attention with queries and values that are masked, by an argument': {
    ...indices,
    layers: [
      embedding,
      {
        ...layer3('NotEqual', { name: 'not_equal' }, [tensor3('x'), 0]),
        module: 'keras.src.ops.numpy',
      },
      layer3('Attention', { name: 'a' }, [[tensor3('e'), tensor3('e')]], {
        mask: [tensor3('not_equal'), tensor3('not_equal')],
      }),
    ],
    weights: { 'e/embeddings': [3, 4] },
    expected: ({ x }, w) => {
      const e = lookUp(x!, w['e/embeddings']!);
      const scores = tf.add(tf.matMul(e, e, false, true), hide(tf.expandDims(counts(x!), 1)));
      return tf.mul(tf.matMul(tf.softmax(scores), e), column(counts(x!)));
    },
  },
  AdditiveAttention: {
    inputs: two,
    layers: [layer3('AdditiveAttention', { name: 'a' }, [[tensor3('q'), tensor3('v')]])],
    weights: { 'a/scale': [4] },
    expected: ({ q, v }, w) => {
      const bent = tf.tanh(tf.add(tf.expandDims(q!, 2), tf.expandDims(v!, 1)));
      return tf.matMul(tf.softmax(tf.sum(tf.mul(bent, w['a/scale']!), -1)), v!);
    },
  },
  'AdditiveAttention with values that are masked': {
    inputs: { v: [2, 5, 4], q: [2, 3, 4] },
    given: { q: dropped },
    layers: [steps, layer3('AdditiveAttention', { name: 'a', use_scale: false }, [[tensor3('v'), tensor3('m')]])],
    expected: ({ q, v }) => {
      const scores = tf.sum(tf.tanh(tf.add(tf.expandDims(v!, 2), tf.expandDims(q!, 1))), -1);
      return tf.matMul(tf.softmax(tf.add(scores, hide(tf.expandDims(anyStep(q!), 1)))), q!);
    },
  },
  MultiHeadAttention: {
    inputs: two,
    layers: [layer3('MultiHeadAttention', { name: 'heads', num_heads: 2, key_dim: 3 }, [tensor3('q'), tensor3('v')])],
    weights: headWeights,
    expected: ({ q, v }, w) => inHeads(q!, v!, w, 0),
  },
  'MultiHeadAttention with queries and values that are masked': {
    inputs: { q: [2, 3, 4], x: [2, 5] },
    given: { ...indices.given, q: dropped },
    layers: [
      steps,
      embedding,
      layer3('MultiHeadAttention', { name: 'heads', num_heads: 2, key_dim: 3 }, [tensor3('m'), tensor3('e')]),
    ],
    weights: { 'e/embeddings': [3, 4], ...headWeights },
    expected: ({ q, x }, w) => {
      const counted = tf.mul(column(anyStep(q!)), tf.expandDims(counts(x!), 1));
      return inHeads(q!, lookUp(x!, w['e/embeddings']!), w, hide(counted));
    },
  },
  GroupNormalization: {
    inputs: { x: [2, 3, 2, 6] },
    layers: [layer3('GroupNormalization', { name: 'g', groups: 3, epsilon: 0.01 }, [tensor3('x')])],
    weights: { 'g/gamma': [6], 'g/beta': [6] },
    expected: ({ x }, w) => {
      const grouped = tf.reshape(x!, [2, 3, 2, 3, 2]);
      const { mean, variance } = tf.moments(grouped, [1, 2, 4], true);
      const y = tf.reshape(tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 0.01))), [2, 3, 2, 6]);
      return tf.add(tf.mul(y, w['g/gamma']!), w['g/beta']!);
    },
  },
  'GlobalAveragePooling1D of steps that are masked': {
    ...indices,
    layers: [
      embedding,
      layer3('Dropout', { name: 'd', rate: 0.5 }, [tensor3('e')]),
      layer3('Add', { name: 'sum' }, [[tensor3('d'), tensor3('e')]]),
      layer3('GlobalAveragePooling1D', { name: 'p' }, [tensor3('sum')]),
    ],
    weights: { 'e/embeddings': [3, 4] },
    expected: ({ x }, w) => {
      const kept = tf.mul(lookUp(x!, w['e/embeddings']!), column(counts(x!)));
      return tf.mul(2, tf.div(tf.sum(kept, 1), tf.sum(counts(x!), 1, true)));
    },
  },
  'Bidirectional, whose masked steps are 0, of a mask by operations': {
    inputs: { q: [2, 3, 4] },
    given: { q: dropped },
    layers: [
      { ...layer3('NotEqual', { name: 'not_equal' }, [tensor3('q'), 0]), module: 'keras.src.ops.numpy' },
      { ...layer3('Any', { name: 'any', axis: -1 }, [tensor3('not_equal')]), module: 'keras.src.ops.numpy' },
      steps,
      layer3(
        'Bidirectional',
        {
          name: 'b',
          merge_mode: 'concat',
          layer: layer3('SimpleRNN', { name: 'r', units: 2, return_sequences: true, activation: 'tanh' }, []),
        },
        [tensor3('m')],
      ),
      layer3('SimpleRNN', { name: 's', units: 3, return_sequences: true, zero_output_for_mask: true }, [tensor3('b')], {
        mask: tensor3('any'),
      }),
    ],
    weights: Object.fromEntries(
      [
        ['b/forward_r', 4, 2],
        ['b/backward_r', 4, 2],
        ['s', 4, 3],
      ].flatMap(([name, size, units]) => [
        [`${name!}/kernel`, [Number(size), Number(units)]],
        [`${name!}/recurrent_kernel`, [Number(units), Number(units)]],
        [`${name!}/bias`, [Number(units)]],
      ]),
    ),
    expected: ({ q }, w) => {
      const mask = anyStep(q!);
      const ahead = rnn(q!, mask, w, 'b/forward_r');
      const behind = tf.reverse(rnn(tf.reverse(q!, 1), tf.reverse(mask, 1), w, 'b/backward_r'), 1);
      return rnn(tf.concat([ahead, behind], -1), mask, w, 's');
    },
  },
};

for (const [name, { layers, inputs, given, weights = {}, expected }] of Object.entries(cases)) {
  test(name, async (t) => {
    const draw = (shape: readonly number[], seed: number) => tf.randomNormal([...shape], 0, 1, 'float32', seed);
    const xs = Object.entries(inputs).map(([input, shape], index) => {
      const values = given?.[input];
      return [input, values ? tf.tensor([...values], [...shape]) : draw(shape, index + 1)] as const;
    });
    const ws = Object.entries(weights).map(([key, shape], index) => [key, draw(shape, index + 50)] as const);
    const names = Object.keys(inputs);
    const last = (layers[layers.length - 1] as { readonly name: string }).name;
    const model = functional3(
      [...names.map((input) => input3(input, ...inputs[input]!.slice(1))), ...layers],
      names.map((input) => [input, 0, 0]),
      [[last, 0, 0]],
    );
    const stored = ws.map(([key, tensor]) => [key, { shape: tensor.shape, data: tensor.dataSync() as Float32Array }]);
    const graph = importKeras(model, stored.length > 0 ? (Object.fromEntries(stored) as never) : undefined);
    const net = instantiateSync((await compile(graph)).binary);
    const types = new Map(graph.declaration.inputs.map(({ name: input, dtype }) => [input, dtype]));
    const feeds = xs.map(([input, tensor]) => {
      const values = tensor.dataSync();
      const data = types.get(input) === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
      return [input, { shape: tensor.shape, data }] as const;
    });
    const actual = net.forward(Object.fromEntries(feeds))[last]!;
    const wanted = expected(Object.fromEntries(xs), Object.fromEntries(ws));
    t.deepEqual([...actual.shape], wanted.shape);
    const values = wanted.dataSync();
    const worst = Math.max(...Array.from(values, (value, at) => Math.abs(value - Number(actual.data[at]))));
    t.true(worst < 2e-5, String(worst));
  });
}
