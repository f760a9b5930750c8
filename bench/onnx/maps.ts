import { transpose, volume, type NetworkLayer, type Values } from '../network.js';
import type { Attribute } from './model.js';
import type { Rule, Translation } from './translation.js';

const map = { isMap: true } as const;

function paddingOf({ name, padding }: NetworkLayer): Readonly<Record<string, Attribute>> {
  if (padding === 'same') return { auto_pad: 'SAME_UPPER' };
  if (padding === 'valid') return {};
  if (typeof padding === 'string') throw new Error(`${name}: padding '${padding}' is not translated to ONNX`);
  const sides = padding;
  return { pads: [...sides.map(([before]) => before), ...sides.map(([, after]) => after)] };
}

/** A Conv with its weight changed from channels last, bias and activation. */
function convolve(
  to: Translation,
  layer: NetworkLayer,
  x: string,
  { group, change }: { readonly group: number; readonly change: (values: Values) => Values },
): void {
  const { kernelSize, strides, dilation } = layer;
  const operands = [x, to.weight(layer, 'weight', change), to.weight(layer, 'bias')];
  const window = { kernel_shape: kernelSize, strides, dilations: dilation, group };
  to.activate(layer, (output) => to.node('Conv', operands, output, { ...window, ...paddingOf(layer) }));
}

/** Any number of spatial axes: [kh, kw, in / groups, out] → [out, in / groups, kh, kw] */
export const convolution: Rule = (to, layer, x) => {
  const spatial = layer.kernelSize.map((_, axis) => axis);
  const order = [spatial.length + 1, spatial.length, ...spatial];
  convolve(to, layer, x.name, { group: layer.groups, change: (values) => transpose(values, order) });
  return map;
};

/** [kh, kw, in, multiplier] → [in · multiplier, 1, kh, kw] */
export const depthwise: Rule = (to, layer, x) => {
  const change = (values: Values): Values => {
    const { data, shape } = transpose(values, [2, 3, 0, 1]);
    const [channels, multiplier, ...kernel] = shape;
    return { data, shape: [channels! * multiplier!, 1, ...kernel] };
  };
  convolve(to, layer, x.name, { group: x.shape.at(-1)!, change });
  return map;
};

export const maxPooling: Rule = (to, layer, x) => {
  const { name, poolSize } = layer;
  const strides = (layer as Partial<NetworkLayer>).strides ?? poolSize;
  to.node('MaxPool', [x.name], name, { kernel_shape: poolSize, strides, ...paddingOf(layer) });
  return map;
};

export const globalAveragePooling: Rule = (to, { name }, x) => {
  const mean = to.node('GlobalAveragePool', [x.name], `${name}.mean`);
  to.node('Flatten', [mean], name, { axis: 1 });
  return { isMap: false };
};

export const flatten: Rule = (to, { name }, x) => {
  to.node('Flatten', [x.name], name, { axis: 1 });
  const isScattered = x.isMap && volume(x.shape.slice(1, -1)) > 1;
  return { isMap: false, ...(isScattered && { flattened: x.shape.slice(1) }) };
};
