import type { FoldingBuild } from '../expand/fold.js';
import { fansOf } from '../initializers/fans.js';
import type { Layout, Node, Value, Variable } from '../ir.js';
import { fnv1a64Bytes } from '../random.js';
import type { StoredValues } from '../stored.js';
import { volume, type Tensor } from '../tensor.js';

/** A tensor of a file, which is read where it is used. */
export interface WeightSource {
  readonly name: string;
  /** How a module keeps floats that the file has in fewer bits. */
  readonly stored?: StoredValues;
  read(): Tensor;
}

/** A weight as variables show it. */
export interface WeightUse {
  readonly parameter: string;
  readonly layout: Layout | null;
}

/** A variable before it is known how it is used. */
export interface Draft {
  readonly name: string;
  readonly value: Value;
  readonly tensor: Tensor;
  readonly stored: StoredValues | undefined;
  layout: Layout | null;
  readonly users: string[];
}

/** The tensors that a model holds: those that are variables, by name, content and value. */
export class Weights {
  private readonly drafts = new Map<string, Draft>();
  private readonly byContent = new Map<string, Draft[]>();
  private readonly byValue = new Map<number, Draft>();
  /** Bodies of loops read the same tensors again and again. */
  private readonly bySource = new Map<WeightSource, Value>();
  private readonly byTensor = new Map<Tensor, Value>();

  constructor(private readonly build: FoldingBuild) {}

  has(value: Value): boolean {
    return this.byValue.has(value.id);
  }

  /** The variable that a value is. */
  of(value: Value): Draft | undefined {
    return this.byValue.get(value.id);
  }

  /** Floats with an axis are variables, everything else is a constant. */
  initializer(source: WeightSource): Value {
    const known = this.bySource.get(source);
    if (known) return known;
    const tensor = source.read();
    const isWeight = tensor.dtype === 'float32' && tensor.shape.length > 0;
    const value = isWeight ? this.variable(source.name, tensor, source.stored) : this.build.constant(tensor);
    this.bySource.set(source, value);
    return value;
  }

  /** A variable, or the one that has these very values already. */
  variable(name: string, tensor: Tensor, stored?: StoredValues): Value {
    const known = this.byTensor.get(tensor);
    if (known) return known;
    const value = this.ownVariable(name, tensor, stored);
    this.byTensor.set(tensor, value);
    return value;
  }

  private ownVariable(name: string, tensor: Tensor, stored: StoredValues | undefined): Value {
    const bytes = new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    const key = `${tensor.shape.join(' ')}:${fnv1a64Bytes(bytes)}`;
    const alike = this.byContent.get(key) ?? [];
    const twin = alike.find((draft) => sameBytes(draft.tensor, bytes));
    if (twin) return twin.value;
    const own = this.uniqueName(name);
    const value = this.build.value({ dtype: tensor.dtype, shape: tensor.shape }, own);
    const draft: Draft = { name: own, value, tensor, stored, layout: null, users: [] };
    this.drafts.set(own, draft);
    this.byValue.set(value.id, draft);
    this.byContent.set(key, [...alike, draft]);
    this.build.settle(value, tensor);
    return value;
  }

  /** Graphs inside nodes may use a name again. */
  private uniqueName(name: string): string {
    let unique = name;
    for (let count = 2; this.drafts.has(unique); count++) unique = `${name}_${count}`;
    return unique;
  }

  /** The variables among values that are read, what they start as, and what is odd about them. */
  read(ids: ReadonlySet<number>): {
    readonly variables: Variable[];
    readonly initialize: Node[];
    readonly notes: string[];
  } {
    const drafts = [...this.drafts.values()].filter(({ value }) => ids.has(value.id));
    const initialize = drafts.map(({ name, value, tensor, stored }): Node => {
      const op = stored ? ({ kind: 'stored', values: stored } as const) : ({ kind: 'constant', tensor } as const);
      return { op, inputs: [], outputs: [value], origin: name };
    });
    return { variables: drafts.map(variableOf), initialize, notes: drafts.flatMap(noteOn) };
  }
}

const sameBytes = ({ data }: Tensor, bytes: Uint8Array): boolean => {
  const own = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return own.length === bytes.length && own.every((byte, at) => byte === bytes[at]);
};

/** Weights that make every result NaN, or nearly. */
function noteOn({ name, tensor }: Draft): string[] {
  let count = 0;
  for (const value of tensor.data as Float32Array) if (Number.isNaN(value)) count++;
  return count === 0 ? [] : [`${name}: ${count} of ${tensor.data.length} weights are NaN`];
}

/** Fans count in the order of axes [kernel, in, out], which 'oi' and 'oihw' reverse. */
function variableOf({ name, value, layout, users }: Draft): Variable {
  const shape = value.shape as readonly number[];
  const ordered = layout === 'oi' || layout === 'oihw' ? [...shape.slice(2), shape[1]!, shape[0]!] : shape;
  const fans = volume(shape) === 0 ? { fanIn: 1, fanOut: 1 } : fansOf(ordered);
  return {
    name,
    value,
    layout,
    trainable: true,
    users,
    ...fans,
    weightFanIn: undefined,
    initializer: 'values',
    isDefault: false,
  };
}
