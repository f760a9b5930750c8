import { show } from '../../../show.js';
import { Unsupported } from '../config.js';
import type { LayerContext, Value } from '../context.js';
import type { Classes, Convert } from '../define.js';
import { dataFormat, only, requireField, single } from './common.js';

/** Layers that change images in training only. */
const augmentations = (
  'AugMix CutMix MixUp RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast ' +
  'RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHeight RandomHue RandomInvert ' +
  'RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation ' +
  'RandomWidth RandomZoom'
).split(' ');

const numbersOf = (value: unknown, name: string): readonly number[] => {
  const list: unknown[] = Array.isArray(value) ? value.flat(8) : [value];
  if (list.every((item) => typeof item === 'number')) return list;
  throw new Unsupported(`config.${name} must be numbers, got ${show(value)}`);
};

const resizing: Convert = single('resizing', (layer) => {
  requireField(layer, 'antialias', false);
  requireField(layer, 'pad_to_aspect_ratio', false);
  return {
    height: layer.config.integer('height'),
    width: layer.config.integer('width'),
    interpolation: layer.config.text('interpolation', 'bilinear'),
    cropToAspectRatio: layer.config.boolean('crop_to_aspect_ratio', false),
    dataFormat: dataFormat(layer),
  };
});

/** Statistics are weights, or stand in the configuration. */
function normalization(layer: LayerContext, inputs: readonly Value[]): Value {
  const { config } = layer;
  const given = Object.hasOwn(config.fields, 'axis') ? (config.fields['axis'] ?? []) : -1;
  const axis = Array.isArray(given) && given.length === 1 ? (given[0] as unknown) : given;
  const options = { axis, invert: config.boolean('invert', false) };
  const open = Array.isArray(axis) ? axis.map(() => null) : [null];
  if (config.has('mean') !== config.has('variance')) throw new Unsupported('has a mean without a variance');
  if (!config.has('mean')) {
    const [mean, variance] = layer.weights(['mean', open], ['variance', open]);
    return layer.add('normalization', { ...options, mean, variance }, [only(inputs)]);
  }
  if (open.length > 1) throw new Unsupported('its statistics in its config have several axes');
  const [mean, variance] = ['mean', 'variance'].map((name) => {
    const list = numbersOf(config.get(name), name);
    return open.length === 0 ? { kind: 'constant', value: list[0] } : list;
  });
  return layer.add('normalization', { ...options, mean, variance }, [only(inputs)]);
}

const modes: Readonly<Record<string, string>> = { one_hot: 'oneHot', multi_hot: 'multiHot', count: 'count' };

function encoding(layer: LayerContext, x: Value, numTokens: number, mode: string, suffix = ''): Value {
  const outputMode = Object.hasOwn(modes, mode) ? modes[mode] : undefined;
  if (outputMode === undefined) throw new Unsupported(`output_mode ${show(mode)} is not read`);
  const weights = layer.argument('count_weights');
  return layer.add('categoryEncoding', { numTokens, outputMode }, [x, ...weights], suffix);
}

export const preprocessing: Classes = {
  ...Object.fromEntries(augmentations.map((name) => [name, single('identity')])),
  CategoryEncoding: (layer, inputs) =>
    encoding(layer, only(inputs), layer.config.integer('num_tokens'), layer.config.text('output_mode', 'multi_hot')),
  CenterCrop: single('centerCrop', (layer) => ({
    height: layer.config.integer('height'),
    width: layer.config.integer('width'),
    dataFormat: dataFormat(layer),
  })),
  Discretization(layer, inputs) {
    const binBoundaries = numbersOf(layer.config.get('bin_boundaries'), 'bin_boundaries');
    const mode = layer.config.text('output_mode', 'int');
    if (mode === 'int') return layer.add('discretization', { binBoundaries }, [only(inputs)]);
    const bins = layer.add('discretization', { binBoundaries }, [only(inputs)], 'bins');
    return encoding(layer, bins, binBoundaries.length + 1, mode);
  },
  Normalization: normalization,
  Rescaling: single('rescaling', (layer) => ({
    scale: layer.config.number('scale'),
    offset: layer.config.number('offset', 0),
  })),
  Resizing: resizing,
};
