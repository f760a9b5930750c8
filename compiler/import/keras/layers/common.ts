import { activationOf } from '../activations.js';
import { Unsupported } from '../config.js';
import type { LayerContext, Value } from '../context.js';
import type { Convert } from '../define.js';

type Options = Readonly<Record<string, unknown>>;

/** The single input of a layer. */
export function only(inputs: readonly Value[]): Value {
  const [x] = inputs;
  if (x && inputs.length === 1) return x;
  throw new Unsupported(`takes 1 input, got ${inputs.length}`);
}

/** A layer of one input that is a layer of nacre, whose options follow from the configuration. */
export const single =
  (kind: string, options: (layer: LayerContext) => Options = () => ({})): Convert =>
  (layer, inputs) =>
    layer.add(kind, options(layer), [only(inputs)]);

/** The function that a layer ends with. */
export const activation = (layer: LayerContext): Options => {
  const source = activationOf(layer.config.get('activation'), layer.version);
  return source === 'linear' ? {} : { activation: source };
};

/** Where the channels are. */
export function dataFormat({ config }: LayerContext): 'channelsLast' | 'channelsFirst' {
  const given = config.text('data_format', 'channels_last');
  if (given === 'channels_last') return 'channelsLast';
  if (given === 'channels_first') return 'channelsFirst';
  throw new Unsupported(`config.data_format must be 'channels_last' or 'channels_first', got '${given}'`);
}

/** Options given where the configuration has them. */
export function optional(layer: LayerContext, names: Readonly<Record<string, string>>): Options {
  const found: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(names)) {
    const value = layer.config.get(name);
    if (value !== undefined) found[option] = value;
  }
  return found;
}

/** Refuses a field that is not what nacre computes. */
export function requireField({ config }: LayerContext, name: string, ...allowed: readonly unknown[]): void {
  const value = config.get(name);
  if (value === undefined || allowed.includes(value)) return;
  throw new Unsupported(`${name} ${JSON.stringify(value)} is not read`);
}
