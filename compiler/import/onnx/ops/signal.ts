import { add, floorDiv, mul, sub, type Dim } from '../../../dim.js';
import { ImportError } from '../../../errors.js';
import * as f from '../../../formula.js';
import type { Formula } from '../../../formula.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { fourier } from '../fourier.js';
import { cast } from '../../../expand/maps.js';
import { dtypeAttribute } from '../types.js';

/** The only size that an input holds. */
function sizeOf(context: NodeContext, value: Value, what: string): Dim {
  const sizes = context.sizes(value, what);
  if (sizes.length === 1) return sizes[0]!;
  throw new ImportError('input', context.build.subject, `${what} must be one number, got ${sizes.length}`);
}

/** @param axisOf the axis, counted from the end where it is negative */
const transform =
  (axisOf: (context: NodeContext, inputs: readonly (Value | undefined)[]) => number): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const axis = context.axis(axisOf(context, inputs), x.shape.length);
    const [inverse, onesided] = [context.flag('inverse'), context.flag('onesided')];
    const size = x.shape[axis]!;
    const whole = inverse && onesided ? mul(2, sub(size, 1)) : size;
    const length = inputs[1] ? sizeOf(context, inputs[1], 'dft_length') : whole;
    return fourier(context, x, { axis, length, inverse, onesided });
  };

/** The transforms of a window of a signal [batch, length, 1 or 2] that moves by a step: [batch, frames, bins, 2]. */
const shortTime: Expand = (context, inputs) => {
  const { build } = context;
  const given = context.input(inputs, 0);
  const signal = given.shape.length === 2 ? build.reshape(given, [...given.shape, 1]) : given;
  const step = sizeOf(context, context.input(inputs, 1), 'frame_step');
  const [, , window, frame] = inputs;
  const [batch, size, parts] = signal.shape as [Dim, Dim, Dim];
  const length = frame ? sizeOf(context, frame, 'frame_length') : (window?.shape[0] ?? size);
  if (window) build.require('equal', window.shape[0]!, length, 'a window of {got} for frames of {expected}');
  build.require('atLeast', size, length, 'a signal of {got} is shorter than a frame of {expected}');
  if (typeof step === 'number' && step < 1) {
    throw new ImportError('input', build.subject, `frame_step must be at least 1, got ${step}`);
  }
  const frames = add(floorDiv(sub(size, length), step), 1);
  const at = f.add(f.mul(f.axis(1), f.size(step)), f.axis(2));
  const element = f.load(0, [f.axis(0), at, f.axis(3)]);
  const windowed = window ? f.mul(element, f.load(1, [f.axis(2)])) : element;
  const cut = build.compute(
    'float32',
    [batch, frames, length, parts],
    windowed,
    ...(window ? [signal, window] : [signal]),
  );
  return fourier(context, cut, { axis: 2, length, inverse: false, onesided: context.flag('onesided', true) });
};

/** @param weight of the cosine of what part of a turn an element is at */
const windowFunction =
  (weight: (cosine: (times: number) => Formula) => Formula): Expand =>
  (context, inputs) => {
    const size = sizeOf(context, context.input(inputs, 0), 'size');
    const period = context.flag('periodic', true) ? size : sub(size, 1);
    const part = f.div(f.convert('f32', f.axis(0)), f.convert('f32', f.size(period)));
    const cosine = (times: number): Formula => f.unary('cos', f.mul(f.f32(times * 2 * Math.PI), part));
    const window = context.build.compute('float32', [size], weight(cosine));
    return cast(context, window, dtypeAttribute(context, 'output_datatype', 'float32'));
  };

const minus = (number: number, factor: number, x: Formula): Formula => f.sub(f.f32(number), f.mul(f.f32(factor), x));

const HAMMING = 25 / 46;

/** Triangles over the bins of a spectrum, at equal distances on the mel scale. */
const melWeights: Expand = (context, inputs) => {
  const number = (at: number, name: string): number => context.number(context.input(inputs, at), name, 0);
  const [bands, length, rate] = [number(0, 'num_mel_bins'), number(1, 'dft_length'), number(2, 'sample_rate')];
  const [low, high] = [number(3, 'lower_edge_hertz'), number(4, 'upper_edge_hertz')];
  // The edges are float32, and so are their logarithms.
  const mel = (hertz: number): number =>
    Math.fround(2595 * Math.fround(Math.log1p(Math.fround(hertz / 700)))) / Math.LN10;
  const step = (mel(high) - mel(low)) / (bands + 2);
  const bins = Array.from({ length: bands + 2 }, (_, band) => {
    const hertz = 700 * Math.expm1(((band * step + mel(low)) / 2595) * Math.LN10);
    return Math.floor(((length + 1) * hertz) / rate);
  });
  const rows = Math.floor(length / 2) + 1;
  const data = new Float32Array(rows * bands);
  for (let band = 0; band < bands; band++) {
    const [left, centre, right] = bins.slice(band, band + 3) as [number, number, number];
    const set = (bin: number, weight: number): void => {
      if (bin >= 0 && bin < rows) data[bin * bands + band] = weight;
    };
    if (left === centre) set(centre, 1);
    else for (let bin = left; bin <= centre; bin++) set(bin, (bin - left) / (centre - left));
    for (let bin = centre; bin < right; bin++) set(bin, (right - bin) / (right - centre));
  }
  const weights = context.build.constant({ dtype: 'float32', shape: [rows, bands], data });
  return cast(context, weights, dtypeAttribute(context, 'output_datatype', 'float32'));
};

/** Transforms of signals, and what they are weighted with. */
export const signals: Operators = {
  DFT: {
    17: transform((context) => context.int('axis', 1)),
    20: transform((context, inputs) => context.number(inputs[2], 'axis', -2)),
  },
  STFT: { 17: shortTime },
  HannWindow: { 17: windowFunction((cosine) => minus(0.5, 0.5, cosine(1))) },
  HammingWindow: { 17: windowFunction((cosine) => minus(HAMMING, 1 - HAMMING, cosine(1))) },
  BlackmanWindow: { 17: windowFunction((cosine) => f.add(minus(0.42, 0.5, cosine(1)), f.mul(f.f32(0.08), cosine(2)))) },
  MelWeightMatrix: { 17: melWeights },
};
