import type { ParameterSource } from '../../declaration/types.js';
import { Config, Unsupported } from './config.js';
import { initializerOf } from './initializers.js';
import type { KerasLayer } from './topology.js';
import type { WeightSpec } from './weights.js';

/** Which steps of a tensor count. */
export interface Mask {
  /** As a declaration refers to a tensor [batch, …, time] of any type that is 0 at the steps that do not count. */
  readonly from: string;
  readonly rank: number | undefined;
  /** The layer that makes it. */
  readonly by: string;
  /** Why it cannot be read. */
  readonly refusal?: string;
}

/** A tensor of the model while it is read. */
export interface Value {
  /** As a declaration refers to it. */
  readonly from: string;
  /** Its number of axes; undefined where the file does not tell it. */
  readonly rank: number | undefined;
  readonly mask?: Mask;
  /** The tensor is bool: whether those elements differ from this number that `from` refers to. */
  readonly unequal?: number;
}

/** The arguments of a call beside its inputs. */
export type Named = ReadonlyMap<string, { readonly values: readonly Value[]; readonly constant: unknown }>;

/** Where layers write what they become. */
export interface Writer {
  /** 3 for the configurations of Keras 3, whose defaults differ in places. */
  readonly version: 2 | 3;
  /** Whether weights are given; initializers stand in their place where they are not. */
  readonly hasWeights: boolean;
  /** Whether layers that run both ways give 0 at masked steps, as those of Keras do and those of tfjs do not. */
  readonly zeroesBothWays: boolean;
  /** Adds a layer of nacre, or the one of that name again where the layer of Keras is called again. */
  add(
    place: Place,
    kind: string,
    options: Readonly<Record<string, unknown>>,
    from: readonly (Value | null)[],
    suffix: string,
  ): Value;
  /** Says which weights a layer has; returns the names of their tensors. */
  need(place: Place, weights: readonly WeightSpec[]): readonly string[];
  /** Calls a layer that another one holds, or a model. */
  call(place: Place, layer: KerasLayer, inputs: readonly Value[], named: Named): readonly Value[];
}

/** Where a layer stands: its names, and how often it was called before. */
export interface Place {
  /** Of what it becomes. */
  readonly name: string;
  /** As the file has it. */
  readonly path: readonly string[];
  /** See `Need.owners`. */
  readonly owners: readonly (readonly string[])[];
  readonly order: readonly number[];
  readonly call: number;
}

/** Layers that hold layers that hold layers would otherwise have ever more. */
const MOST_OWNERS = 12;

/** Arguments that say nothing about inference. */
const silent = new Set(['training', 'mask', 'name', 'dtype']);

/** @throws Unsupported for tensors of which there are only the elements they are computed from */
export function requireTensors(values: readonly Value[]): void {
  if (values.some(({ unequal }) => unequal !== undefined)) {
    throw new Unsupported('operations outside of layers are not read');
  }
}

/** The tensor of a mask that is an argument. */
function elementsOf({ from, rank, unequal = 0 }: Value): Value {
  if (unequal !== 0) throw new Unsupported('operations outside of layers are not read');
  return { from, rank };
}

/** A layer of Keras in one of its calls. */
export class LayerContext {
  readonly config: Config;
  private readonly read = new Set<string>(silent);
  private readonly asked = new Set<string>();

  constructor(
    private readonly writer: Writer,
    private readonly place: Place,
    readonly layer: KerasLayer,
    private readonly named: Named,
  ) {
    this.config = new Config(layer.config);
  }

  get version(): 2 | 3 {
    return this.writer.version;
  }

  /**
   * Adds a layer of nacre.
   *
   * @param suffix joined to the layer's own name; without one it has that name
   */
  add(kind: string, options: Readonly<Record<string, unknown>>, from: readonly (Value | null)[], suffix = ''): Value {
    return this.writer.add(this.place, kind, options, from, suffix);
  }

  /** See `Writer`. */
  get zeroesBothWays(): boolean {
    return this.writer.zeroesBothWays;
  }

  /** The name of what this layer becomes. */
  get name(): string {
    return this.place.name;
  }

  /**
   * What masks an input, for a layer that reads it: an argument of the call, or what stands before the layer.
   *
   * @throws Unsupported if it cannot be read
   */
  maskOf(input: Value | undefined, argument = 'mask', index = 0): Value | null {
    const given = this.argument(argument);
    if (given.length > 0) return given[index] ? elementsOf(given[index]) : null;
    const mask = input?.mask;
    if (mask?.refusal !== undefined) throw new Unsupported(mask.refusal);
    return mask ? { from: mask.from, rank: mask.rank } : null;
  }

  /** An output of a layer of nacre that is not its first. */
  output({ from }: Value, name: string, rank: number | undefined): Value {
    return { from: `${from}:${name}`, rank };
  }

  /**
   * The layer's weights, in Keras's order: tensors, or where the model has none initializers, undefined for the layer's own.
   * False stands for a weight that the layer does not have.
   */
  weights(
    ...specs: readonly (readonly [name: string, shape: readonly (number | null)[]] | false)[]
  ): readonly (ParameterSource | false | undefined)[] {
    const present = specs.filter((spec) => spec !== false).map(([name, shape]) => ({ name, shape }));
    if (this.writer.hasWeights) {
      const keys = this.writer.need(this.place, present);
      let next = 0;
      return specs.map((spec) => spec !== false && { tensor: keys[next++]! });
    }
    return specs.map((spec) => spec !== false && initializerOf(this.config, spec[0]));
  }

  /** The tensors of an argument; none where it is left out. */
  argument(name: string): readonly Value[] {
    this.read.add(name);
    this.asked.add(name);
    return this.named.get(name)?.values ?? [];
  }

  /** An argument that is no tensor. */
  constant(name: string): unknown {
    this.read.add(name);
    return this.named.get(name)?.constant ?? undefined;
  }

  /** Calls a layer that this one holds. `suffix` is its name within this one, `owner` what its weights may stand under. */
  call(layer: KerasLayer, inputs: readonly Value[], suffix: string, owner: readonly string[]): readonly Value[] {
    const { place } = this;
    const names = [...owner, layer.name].filter((name) => name !== '');
    const [nearest = []] = place.owners;
    const owners = [...names.map((name) => [...nearest, name]), ...names.map((name) => [name]), ...place.owners];
    const inner: Place = {
      ...place,
      name: suffix === '' ? place.name : `${place.name}/${suffix}`,
      path: [...place.path, suffix === '' ? layer.className : suffix],
      owners: owners.slice(0, MOST_OWNERS),
    };
    return this.writer.call(inner, layer, inputs, new Map());
  }

  /** @throws Unsupported for arguments that nothing has read */
  requireRead(): void {
    for (const [name, { values, constant }] of this.named) {
      if (!/(^|_)mask$/.test(name)) requireTensors(values);
      const isSilent = values.length === 0 && (constant === null || constant === false);
      if (!this.read.has(name) && !isSilent) throw new Unsupported(`its argument '${name}' is not read`);
      if (name === 'mask' && values.length > 0 && !this.asked.has(name)) throw new Unsupported('masks are not read');
    }
  }
}
