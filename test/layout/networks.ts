import * as nacre from '../../compiler/index.js';
import type { Edge } from '../../compiler/layers/edge.js';

const {
  add,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  flatten,
  globalAveragePooling2d,
  layerNormalization,
  maxPooling2d,
  multiply,
  permute,
  relu,
  relu6,
  reshape,
  softmax,
  zeroPadding2d,
} = nacre;

const dataFormat = 'channelsFirst';
const normalize = () => batchNormalization({ axis: 1 });

const conv = (filters: number, kernelSize = 3, strides = 1) =>
  conv2d({ filters, kernelSize, strides, padding: kernelSize === 1 ? 'valid' : 1, bias: false, dataFormat });

const pointwise = (x: Edge, filters: number): Edge => x.pipe(conv(filters, 1), normalize(), relu6());

function invertedResidual(x: Edge, channels: number, filters: number, strides: number): Edge {
  const depthwise = depthwiseConv2d({ kernelSize: 3, strides, padding: 1, bias: false, dataFormat });
  const y = pointwise(x, 4 * channels).pipe(depthwise, normalize(), relu6(), conv(filters, 1), normalize());
  return channels === filters && strides === 1 ? add()(y, x) : y;
}

function residual(x: Edge, filters: number, strides: number): Edge {
  const y = x.pipe(conv(filters, 3, strides), normalize(), relu(), conv(filters), normalize());
  const shortcut = strides === 1 ? x : x.pipe(conv(filters, 1, strides), normalize());
  return add()(y, shortcut).pipe(relu());
}

function squeezed(x: Edge, channels: number): Edge {
  const gate = x.pipe(
    globalAveragePooling2d({ dataFormat, keepDims: true }),
    conv2d({ filters: channels / 2, kernelSize: 1, activation: 'relu', dataFormat }),
    conv2d({ filters: channels, kernelSize: 1, activation: 'sigmoid', dataFormat }),
  );
  return multiply()(x, gate);
}

/** A squeeze of global means and dense layers, which is laid along the channels by a reshape. */
function densely(x: Edge, channels: number): Edge {
  const gate = x.pipe(
    globalAveragePooling2d({ dataFormat }),
    dense({ units: channels, activation: 'sigmoid' }),
    reshape({ targetShape: [channels, 1, 1] }),
  );
  return multiply()(x, gate);
}

function denseBlock(x: Edge, layers: number): Edge {
  const features = [x];
  for (let layer = 0; layer < layers; layer++) {
    const all = features.length === 1 ? x : concatenate({ axis: 1 })(...features);
    features.push(all.pipe(normalize(), relu(), conv(8, 1), normalize(), relu(), conv(4)));
  }
  return concatenate({ axis: 1 })(...features);
}

function inception(x: Edge): Edge {
  const pooled = maxPooling2d({ poolSize: 3, strides: 1, padding: 1, dataFormat });
  return concatenate({ axis: 1 })(
    x.pipe(conv(4, 1), relu()),
    x.pipe(conv(4, 1), relu(), conv(6), relu()),
    x.pipe(pooled, conv(4, 1), relu()),
  );
}

/** Channels in `groups` are dealt out in turn, as ShuffleNet does. */
const shuffle = (x: Edge, channels: number, groups: number, size: number): Edge =>
  x.pipe(
    reshape({ targetShape: [groups, channels / groups, size, size] }),
    permute({ dims: [2, 1, 3, 4] }),
    reshape({ targetShape: [channels, size, size] }),
  );

function unet(x: Edge): Edge {
  const down = (from: Edge, filters: number): Edge => from.pipe(conv(filters), relu(), conv(filters), relu());
  const first = down(x, 4);
  const second = down(first.pipe(maxPooling2d({ dataFormat })), 8);
  const third = down(second.pipe(maxPooling2d({ dataFormat })), 8);
  const up = (from: Edge, beside: Edge, margin: number): Edge =>
    down(concatenate({ axis: 1 })(from.pipe(zeroPadding2d({ padding: margin, dataFormat })), beside), 4);
  return up(up(third, second, 2), first, 4).pipe(conv(2, 1), softmax({ axis: 1 }));
}

/** Heads split off and put together again around an op on each, and the residual stream. */
function transformer(x: Edge): Edge {
  const heads = x.pipe(
    layerNormalization(),
    dense({ units: 16 }),
    reshape({ targetShape: [-1, 2, 8] }),
    permute({ dims: [2, 1, 3] }),
    dense({ units: 8, activation: 'relu' }),
    softmax(),
    permute({ dims: [2, 1, 3] }),
    reshape({ targetShape: [-1, 16] }),
    dense({ units: 16 }),
  );
  const y = add()(x, heads);
  return add()(y, y.pipe(layerNormalization(), dense({ units: 32, activation: 'gelu' }), dense({ units: 16 })));
}

const head = (x: Edge): Edge => x.pipe(globalAveragePooling2d({ dataFormat }), dense({ units: 5 }), softmax());

export interface LayoutCase {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly network: (x: Edge) => Edge;
  /** Transposes left in `forward`: most often one after an input and one before an output that is a map. */
  readonly transposes: number;
}

const map = ['batch', 3, 16, 16];

export const networks: readonly LayoutCase[] = [
  {
    name: 'mobilenet v2',
    shape: map,
    network: (x) => {
      const stem = x.pipe(conv(8, 3, 2), normalize(), relu6());
      const body = [[8, 8, 1], [8, 12, 2], [12, 12, 1], [12, 12, 1]].reduce<Edge>((y, [from, to, strides]) => invertedResidual(y, from!, to!, strides!), stem); // prettier-ignore
      return head(pointwise(body, 16));
    },
    transposes: 1,
  },
  {
    name: 'resnet',
    shape: map,
    network: (x) => {
      const pool = maxPooling2d({ poolSize: 3, strides: 2, padding: 1, dataFormat });
      const stem = x.pipe(conv(8), normalize(), relu(), pool);
      return head([[8, 1], [8, 1], [12, 2], [12, 1]].reduce<Edge>((y, [filters, strides]) => residual(y, filters!, strides!), stem)); // prettier-ignore
    },
    transposes: 1,
  },
  {
    name: 'resnet of one image, to a map',
    shape: [1, 3, 12, 12],
    network: (x) => residual(residual(x.pipe(conv(8), normalize(), relu()), 8, 1), 4, 2),
    transposes: 2,
  },
  {
    name: 'densenet',
    shape: map,
    network: (x) => {
      const between = [conv(8, 1), averagePooling2d({ dataFormat })] as const;
      return head(denseBlock(denseBlock(x.pipe(conv(8)), 3).pipe(normalize(), relu(), ...between), 3));
    },
    transposes: 1,
  },
  {
    name: 'squeeze and excitation',
    shape: map,
    network: (x) => head(squeezed(densely(squeezed(x.pipe(conv(8), relu()), 8), 8), 8).pipe(conv(6))),
    transposes: 1,
  },
  { name: 'inception', shape: map, network: (x) => head(inception(inception(x.pipe(conv(4), relu())))), transposes: 1 },
  { name: 'u-net', shape: map, network: unet, transposes: 2 },
  {
    name: 'shufflenet',
    shape: map,
    network: (x) => {
      const stem = x.pipe(conv(8), relu());
      const grouped = conv2d({ filters: 8, kernelSize: 1, groups: 2, dataFormat });
      return head(shuffle(stem.pipe(grouped), 8, 2, 16).pipe(conv(8), relu()));
    },
    transposes: 2,
  },
  {
    name: 'maps flattened into a dense layer',
    shape: map,
    network: (x) =>
      x.pipe(
        conv(4),
        relu(),
        maxPooling2d({ poolSize: 4, dataFormat }),
        reshape({ targetShape: [-1] }),
        dense({ units: 10 }),
      ),
    transposes: 1,
  },
  {
    name: 'maps flattened channels last',
    shape: map,
    network: (x) => x.pipe(conv(4), relu(), flatten({ dataFormat }), dense({ units: 10 })),
    transposes: 1,
  },
  {
    name: 'positions of a map as a sequence',
    shape: map,
    network: (x) =>
      x.pipe(
        conv(8),
        relu(),
        reshape({ targetShape: [8, -1] }),
        permute({ dims: [2, 1] }),
        dense({ units: 4 }),
        softmax(),
      ),
    transposes: 1,
  },
  { name: 'transformer', shape: ['batch', 'length', 16], network: transformer, transposes: 0 },
  {
    name: 'two maps that meet before and after a convolution',
    shape: map,
    network: (x) => add()(add()(x, x.pipe(conv(3))).pipe(conv(3)), x),
    transposes: 2,
  },
];

export const graphOf = ({ shape, network }: LayoutCase): nacre.Graph => {
  const x = nacre.input(shape);
  return nacre.graph({ inputs: { x }, outputs: { y: network(x) } });
};
