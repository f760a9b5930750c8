import { ImportError } from '../../errors.js';
import { show } from '../../show.js';
import { isFields, own, Unsupported, type Fields } from './config.js';
import { LayerContext, requireTensors, type Named, type Place, type Value, type Writer } from './context.js';
import { requireMaskable, withMasks } from './masks.js';
import { rankOf } from './ranks.js';
import { classes } from './table.js';
import {
  isModel,
  isOperation,
  readLayer,
  readModel,
  type Call,
  type KerasLayer,
  type KerasModel,
  type TensorReference,
} from './topology.js';
import type { Need, WeightSpec } from './weights.js';

interface Refusal {
  readonly className: string;
  readonly layer: string;
  readonly reason: string;
}

interface LayerEntry {
  readonly name: string;
  readonly kind?: string;
  readonly use?: string;
  readonly from: readonly (string | null)[];
  readonly [option: string]: unknown;
}

/** More layers than any model has; a model that holds models twice could have any number. */
const MOST_LAYERS = 100_000;
const MOST_LEVELS = 32;

/** Turns models into layers of a declaration. */
export class Expansion implements Writer {
  readonly layers: LayerEntry[] = [];
  readonly needs: Need[] = [];
  readonly names = new Names();
  private readonly refusals: Refusal[] = [];
  /** Layers of nacre by place and suffix, to apply again. */
  private readonly added = new Map<string, string>();
  private readonly keys = new Map<string, readonly string[]>();
  private readonly calls = new Map<string, number>();
  private level = 0;
  private applied = 0;

  constructor(
    readonly version: 2 | 3,
    readonly hasWeights: boolean,
    readonly zeroesBothWays: boolean,
  ) {}

  /** @throws ImportError that lists every layer nacre cannot take */
  requireSupported(): void {
    if (this.refusals.length === 0) return;
    const seen = new Set<string>();
    const lines = this.refusals
      .map(({ className, layer, reason }) => `  ${className} at ${layer}: ${reason}`)
      .filter((line) => !seen.has(line) && seen.add(line));
    const count = lines.length === 1 ? '1 layer is' : `${lines.length} layers are`;
    throw new ImportError('unsupported', 'model', `${count} not supported\n${lines.join('\n')}`);
  }

  /** The outputs of a model for its inputs. `path` is where it stands, empty for the outermost. */
  expand(
    model: KerasModel,
    inputs: readonly Value[],
    path: readonly string[] = [],
    order: readonly number[] = [],
    prefix = '',
  ): readonly Value[] {
    if (inputs.length !== model.inputs.length) {
      throw new Unsupported(`takes ${model.inputs.length} inputs, got ${inputs.length}`);
    }
    const values = new Map<string, readonly Value[]>();
    model.inputs.forEach(({ layer, call }, at) => values.set(`${layer}\n${call}`, [inputs[at]!]));
    const byName = new Map(model.layers.map((layer, index) => [layer.name, { layer, index }] as const));
    const read = (reference: TensorReference): Value => {
      const outputs = values.get(`${reference.layer}\n${reference.call}`);
      const output = outputs?.[reference.output];
      if (output) return output;
      const what = outputs ? `has no output ${reference.output}` : `call ${reference.call} is not in the model`;
      throw new ImportError('topology', reference.layer, what);
    };
    for (const { layer, call } of inOrder(model, byName)) {
      const { index } = byName.get(layer.name)!;
      const key = `${layer.name}\n${call}`;
      if (values.has(key)) continue;
      const place = this.placeOf(layer, path, [...order, index], prefix);
      const { inputs: from, named } = layer.calls[call]!;
      const given: Named = new Map(
        [...named].map(([name, { tensors, constant }]) => [name, { values: tensors.map(read), constant }]),
      );
      values.set(key, this.call(place, layer, from.map(read), given));
    }
    return model.outputs.map(read);
  }

  private placeOf(layer: KerasLayer, path: readonly string[], order: readonly number[], prefix: string): Place {
    const whole = [...path, layer.name];
    const key = order.join();
    const call = this.calls.get(key) ?? 0;
    this.calls.set(key, call + 1);
    const owners = whole.map((_, at) => whole.slice(at)).slice(0, 8);
    const name = `${prefix === '' ? '' : `${prefix}/`}${this.names.sanitize(layer.name)}`;
    return { name, path: whole, owners, order, call };
  }

  call(place: Place, layer: KerasLayer, inputs: readonly Value[], named: Named): readonly Value[] {
    try {
      if (this.level >= MOST_LEVELS) throw new Unsupported(`layers are nested more than ${MOST_LEVELS} deep`);
      if (++this.applied > MOST_LAYERS) throw new ImportError('size', 'model', `has more than ${MOST_LAYERS} layers`);
      this.level++;
      return this.callSupported(place, layer, inputs, named);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      this.refusals.push({ className: layer.className, layer: place.path.join('/'), reason: error.message });
      // More outputs than any layer has: what reads them is read too, so that it is listed with its own faults.
      return new Array<Value>(64).fill({ from: '', rank: undefined });
    } finally {
      this.level--;
    }
  }

  private callSupported(place: Place, layer: KerasLayer, inputs: readonly Value[], named: Named): readonly Value[] {
    if (isModel(layer)) {
      return this.expand(readModel(layer), inputs, place.path, place.order, place.name);
    }
    if (isOperation(layer)) return [this.maskOperation(place, layer, inputs, named)];
    const convert = Object.hasOwn(classes, layer.className) ? classes[layer.className] : undefined;
    if (!convert) throw new Unsupported('the class is not read');
    requireTensors(inputs);
    const context = new LayerContext(this, place, layer, named);
    requireMaskable(layer, heldBy(layer), inputs);
    const outputs = convert(context, inputs);
    context.requireRead();
    return withMasks(layer, inputs, 'from' in outputs ? [outputs] : outputs);
  }

  /** What Keras 3 computes the masks of Embedding and Masking by: x ≠ 0, and any(x ≠ value) over the last axis. */
  private maskOperation(place: Place, { className, config }: KerasLayer, [x]: readonly Value[], named: Named): Value {
    const value = named.get('x2')?.constant;
    if (className === 'NotEqual' && x?.unequal === undefined && x && typeof value === 'number') {
      return { from: x.from, rank: x.rank, unequal: value };
    }
    const axis = JSON.stringify(own(config, 'axis') ?? null);
    if (className === 'Any' && x?.unequal !== undefined && /^(-1|\[-1\])$/.test(axis) && !own(config, 'keepdims')) {
      const { from } = this.add(place, 'masking', { maskValue: x.unequal }, [x], '');
      return { from: `${from}:mask`, rank: x.rank && x.rank - 1, unequal: 0 };
    }
    throw new Unsupported('operations outside of layers are not read');
  }

  add(
    place: Place,
    kind: string,
    options: Readonly<Record<string, unknown>>,
    from: readonly (Value | null)[],
    suffix: string,
  ): Value {
    const wanted = `${place.name}${suffix === '' ? '' : `/${suffix}`}`;
    const key = `${place.order.join()}\n${wanted}`;
    const references = from.map((value) => value?.from ?? null);
    const rank = rankOf(kind, options, from);
    const used = this.added.get(key);
    if (used !== undefined) {
      const name = this.names.take(`${place.name}/${place.call + 1}${suffix === '' ? '' : `/${suffix}`}`);
      this.layers.push({ name, use: used, from: references });
      return { from: name, rank };
    }
    const name = this.names.take(wanted);
    this.added.set(key, name);
    this.layers.push({ name, kind, from: references, ...options });
    return { from: name, rank };
  }

  need(place: Place, weights: readonly WeightSpec[]): readonly string[] {
    const key = `${place.order.join()}\n${place.path.join('/')}`;
    const known = this.keys.get(key);
    if (known) return known;
    const keys = weights.map(({ name }) => this.names.key(`${place.name}/${name}`));
    this.keys.set(key, keys);
    this.needs.push({
      layer: place.path.join('/'),
      owners: place.owners,
      order: place.order,
      weights: weights.map((spec, at) => ({ ...spec, key: keys[at]! })),
    });
    return keys;
  }
}

/** The layer that a TimeDistributed applies. */
function heldBy({ className, config, name }: KerasLayer): KerasLayer | undefined {
  return className === 'TimeDistributed' ? readLayer(own(config, 'layer'), name) : undefined;
}

/** Names of layers, which are letters, digits, `_`, `-` and `/`, each once. */
class Names {
  private readonly taken = new Set<string>();
  private readonly takenKeys = new Set<string>();

  sanitize(name: string): string {
    const parts = name.split('/').map((part) => part.replace(/[^A-Za-z0-9_-]/g, '_'));
    return parts.filter((part) => part !== '').join('/') || 'layer';
  }

  take(name: string): string {
    return unique(name, this.taken);
  }

  key(name: string): string {
    return unique(name, this.takenKeys);
  }
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 1; taken.has(free); count++) free = `${name}_${count}`;
  taken.add(free);
  return free;
}

/** Calls of layers, each after those whose outputs it reads; in the order of the file where they leave a choice. */
function inOrder(
  model: KerasModel,
  byName: ReadonlyMap<string, { readonly layer: KerasLayer }>,
): readonly { readonly layer: KerasLayer; readonly call: number }[] {
  const ordered: { readonly layer: KerasLayer; readonly call: number }[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const starts = model.layers.flatMap((layer) => layer.calls.map((_, call) => ({ layer: layer.name, call })));
  for (const start of starts) {
    // A stack of its own: models are deeper than the engine's.
    const stack = [start];
    while (stack.length > 0) {
      const { layer: name, call } = stack[stack.length - 1]!;
      const key = `${name}\n${call}`;
      const layer = byName.get(name)?.layer;
      const own = layer?.calls[call];
      if (!layer || !own) {
        throw new ImportError('topology', model.name, `has no call ${call} of a layer ${show(name)}`);
      }
      if (state.get(key) !== undefined) {
        stack.pop();
        if (state.get(key) === 'open') ordered.push({ layer, call });
        state.set(key, 'done');
        continue;
      }
      state.set(key, 'open');
      for (const input of referencesOf(own)) {
        const found = state.get(`${input.layer}\n${input.call}`);
        if (found === undefined) stack.push({ layer: input.layer, call: input.call });
      }
    }
  }
  requireAcyclic(model, ordered);
  return ordered;
}

const referencesOf = ({ inputs, named }: Call): readonly TensorReference[] => [
  ...inputs,
  ...[...named.values()].flatMap(({ tensors }) => tensors),
];

function requireAcyclic(
  model: KerasModel,
  ordered: readonly { readonly layer: KerasLayer; readonly call: number }[],
): void {
  const before = new Set<string>();
  for (const { layer, call } of ordered) {
    for (const input of referencesOf(layer.calls[call]!)) {
      if (before.has(`${input.layer}\n${input.call}`)) continue;
      throw new ImportError('topology', model.name, `the layer '${layer.name}' reads what follows from it`);
    }
    before.add(`${layer.name}\n${call}`);
  }
}

/** Whether tfjs has written a configuration. */
export const isOfTfjs = (topology: Fields): boolean => {
  const version = own(topology, 'keras_version');
  return typeof version === 'string' && version.startsWith('tfjs');
};

/** Whether a configuration is one of Keras 3, which writes what Keras 2 does not. */
export function versionOf(topology: unknown): 2 | 3 {
  if (!isFields(topology)) return 2;
  const version = topology['keras_version'];
  if (typeof version === 'string') return /^[3-9]\./.test(version) ? 3 : 2;
  return /"(__keras_tensor__|DTypePolicy|batch_shape)"/.test(JSON.stringify(topology)) ? 3 : 2;
}
