import { printShape, substitute, symbol, symbolsOf, valueOf, type Dim } from '../../compiler/dim.js';
import { ShapeError } from '../../compiler/errors.js';
import type { FunctionSource } from '../../compiler/declaration.js';
import type { LayerSource } from '../layers/case.js';
import { functionsOf } from '../layers/functions.js';
import { definitions, lowerLayers, open, SelfBound, type DeclaredInput, type Lowered } from '../layers/lowering.js';
import { Draw } from './draw.js';
import type { Proposal } from './proposal.js';
import { proposals } from './proposals.js';

/** Tests take the graphs of the seeds from 0 to below this. */
export const GRAPHS = 510;

const MAX_ELEMENTS = 20_000;
const MAX_MAGNITUDE = 1000;
const MOST_LAYERS = 20;

export interface RandomInput {
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A declaration, as its JSON has it, and inputs of sizes it accepts. */
export interface RandomGraph {
  readonly declaration: {
    readonly nacre: 1;
    readonly inputs: readonly {
      readonly name: string;
      readonly shape: readonly (number | string | null)[];
      readonly dtype?: 'float32' | 'int32';
    }[];
    readonly functions: readonly FunctionSource[];
    readonly variables: readonly { readonly name: string; readonly shape: readonly number[] }[];
    readonly layers: readonly Readonly<Record<string, unknown>>[];
    readonly outputs: readonly string[];
  };
  readonly inputs: Readonly<Record<string, RandomInput>>;
}

/** The free sizes of inputs, and the largest of all their sizes but the batch, by rank. */
const spatialNames: Readonly<Record<number, readonly string[]>> = {
  2: ['length'],
  3: ['length'],
  4: ['height', 'width'],
  5: ['depth', 'rows', 'columns'],
};
const largestSize: Readonly<Record<number, number>> = { 2: 16, 3: 9, 4: 9, 5: 5 };

interface Edge {
  readonly name: string;
  readonly shape: readonly Dim[];
  readonly dtype: 'float32' | 'int32';
  readonly magnitude: number;
}

/** What a layer was drawn as, to apply or share it again. */
interface Drawn {
  readonly source: LayerSource;
  readonly proposal: Proposal;
}

/** Layers of maps and sequences come up more often, as few others keep those ranks, and volumes most. */
const timesDrawn = ({ ranks }: Proposal): number => (ranks ? (Math.min(...ranks) < 5 ? 3 : 6) : 1);
const kinds = Object.entries(proposals).flatMap((entry) => new Array<typeof entry>(timesDrawn(entry[1])).fill(entry));

/** A graph of 3 to 20 layers: branches, free and latched sizes, shared variables, layers applied twice. */
export function randomGraph(seed: number): RandomGraph {
  const graph = new Growing(seed);
  const wanted = graph.draw.integer(3, MOST_LAYERS);
  for (let attempts = 0; graph.layers.length < wanted && attempts < 1000; attempts++) graph.grow();
  return graph.finish();
}

class Growing {
  readonly draw: Draw;
  readonly layers: Record<string, unknown>[] = [];
  private readonly inputs: RandomGraph['declaration']['inputs'][number][] = [];
  private readonly values: Record<string, RandomInput> = {};
  private readonly variables: RandomGraph['declaration']['variables'][number][] = [];
  private readonly sizes = new Map<string, number>();
  private readonly consumed = new Set<string>();
  private readonly drawn: Drawn[] = [];
  /** Variables that another slot may be given, by shape. */
  private readonly shareable = new Map<string, string[]>();
  /** Weights that a dense layer may take transposed. */
  private readonly matrices: { readonly name: string; readonly rows: Dim; readonly columns: Dim }[] = [];
  private edges: Edge[] = [];

  constructor(seed: number) {
    this.draw = new Draw(seed);
    for (let inputs = this.draw.pick([1, 1, 2, 3]); inputs > 0; inputs--) this.addInput();
  }

  private addInput(): void {
    const { draw } = this;
    const name = `in${this.inputs.length}`;
    const dtype = draw.chance(0.15) ? 'int32' : 'float32';
    const rank = dtype === 'int32' ? 2 : draw.pick([2, 3, 3, 4, 4, 5, 5]);
    const names = spatialNames[rank] ?? [];
    const declared: (number | string | null)[] = [];
    const shape: Dim[] = [];
    for (let axis = 0; axis < rank; axis++) {
      const free = axis === 0 ? 'batch' : axis < rank - 1 || dtype === 'int32' ? names[axis - 1] : undefined;
      const size = axis === 0 ? draw.integer(1, 4) : draw.integer(1, largestSize[rank]!);
      const form = draw.pick(
        axis === 0 ? ['free', 'free', 'free', 'fixed', 'null'] : ['free', 'fixed', 'fixed', 'null'],
      );
      if (form === 'free' && free !== undefined) {
        if (!this.sizes.has(free)) this.sizes.set(free, size);
        declared.push(free);
        shape.push(symbol(free));
      } else if (form === 'null') {
        const unknown = open(name, axis);
        this.sizes.set(`${name}[${axis}]`, axis === 0 ? (this.sizes.get('batch') ?? size) : size);
        declared.push(null);
        shape.push(unknown);
      } else {
        const known = axis === 0 ? (this.sizes.get('batch') ?? size) : size;
        declared.push(known);
        shape.push(known);
      }
    }
    this.inputs.push({ name, shape: declared, ...(dtype === 'int32' && { dtype: 'int32' as const }) });
    this.edges.push({ name, shape, dtype, magnitude: 1 });
    const sizes = this.sizesOf(shape);
    const data = Array.from({ length: sizes.reduce((all, size) => all * size, 1) }, () =>
      dtype === 'int32' ? draw.integer(0, 7) : 2 * draw.number() - 1,
    );
    this.values[name] = {
      dtype,
      shape: sizes,
      data: dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data),
    };
  }

  private sizesOf(shape: readonly Dim[]): number[] {
    return shape.map((dim) => valueOf(dim, this.sizes)!);
  }

  /** Tries to add a layer. */
  grow(): void {
    const { draw } = this;
    if (this.drawn.length > 0 && draw.chance(0.08)) {
      this.reuse(draw.pick(this.drawn));
      return;
    }
    if (this.matrices.length > 0 && draw.chance(0.04)) {
      this.tie(draw.pick(this.matrices));
      return;
    }
    const [kind, proposal] = draw.pick(kinds);
    const from = this.chooseInputs(proposal);
    if (!from) return;
    const shape = this.sizesOf(from[0]!.shape);
    if (kind === 'splitTime') {
      this.split(from[0]!);
      return;
    }
    const attributes = proposal.attributes?.(draw, shape, from.length) ?? {};
    const name = `${kind}_${this.layers.length + 1}`;
    const source: LayerSource = { name, kind, from: from.map((edge) => edge.name), ...attributes };
    const lowered = this.tryLower(source, from);
    if (!lowered) return;
    this.accept({ ...source, ...this.parametersOf(kind, lowered) }, source, proposal, from, lowered);
    this.drawn.push({ source, proposal });
  }

  /** A dense layer with the transposed weight of another layer. */
  private tie({ name: variable, rows, columns }: (typeof this.matrices)[number]): void {
    const fits = ({ shape, dtype, magnitude }: Edge): boolean =>
      dtype === 'float32' && shape.length >= 2 && shape.at(-1) === columns && magnitude <= MAX_MAGNITUDE;
    const candidates = this.edges.filter(fits);
    if (candidates.length === 0) return;
    const from = this.draw.pick(candidates);
    const name = `tied_${this.layers.length + 1}`;
    const source = { name, kind: 'dense', from: [from.name], units: rows };
    const lowered = this.tryLower(source, [from]);
    const weight = { variable, transpose: true };
    if (lowered) this.accept({ ...source, weight }, source, proposals['dense']!, [from], lowered);
  }

  /** Merges the steps of an edge into rows, and splits the rows again. */
  private split(like: Edge): void {
    if (this.layers.length > MOST_LAYERS - 2) return;
    let rows = like;
    for (const kind of ['mergeTime', 'splitTime']) {
      const from = kind === 'mergeTime' ? [like] : [rows, like];
      const name = `${kind}_${this.layers.length + 1}`;
      const source: LayerSource = { name, kind, from: from.map((edge) => edge.name) };
      const lowered = this.tryLower(source, from);
      if (!lowered) return;
      this.accept({ ...source }, source, proposals[kind]!, from, lowered);
      rows = this.edges.at(-1)!;
    }
  }

  private reuse({ source, proposal }: Drawn): void {
    const parameters = Object.keys(definitions[source.kind]!.parameters);
    if (parameters.length === 0 || proposal.arity || proposal.count) return;
    const first = this.edges.find((edge) => edge.name === (source.from as string[])[0])!;
    const same = this.edges.filter((edge) => this.sameType(edge, first) && edge.magnitude <= first.magnitude);
    const from = this.draw.pick(same);
    const name = `again_${this.layers.length + 1}`;
    const again = { ...source, name, from: [from.name] };
    const lowered = this.tryLower(again, [from]);
    if (lowered) this.accept({ name, use: source.name, from: from.name }, again, proposal, [from], lowered);
  }

  private sameType(a: Edge, b: Edge): boolean {
    return a.dtype === b.dtype && printShape(a.shape) === printShape(b.shape);
  }

  private chooseInputs(proposal: Proposal): Edge[] | undefined {
    const { draw } = this;
    const { ranks, arity, largest = MAX_MAGNITUDE } = proposal;
    const dtype = proposal.dtype ?? 'float32';
    const fits = (edge: Edge): boolean =>
      edge.dtype === dtype &&
      (ranks?.includes(edge.shape.length) ?? edge.shape.length >= 2) &&
      edge.magnitude <= largest;
    const candidates = this.edges.filter(fits);
    if (candidates.length === 0) return undefined;
    // Mostly an edge nothing uses yet, so that graphs grow deep.
    const fresh = candidates.filter((edge) => !this.consumed.has(edge.name));
    const first = draw.pick(fresh.length > 0 && draw.chance(0.7) ? fresh : candidates);
    const count = proposal.count?.(this.sizesOf(first.shape)) ?? (arity && draw.integer(arity[0], arity[1]));
    if (count === undefined) return [first];
    const rank = first.shape.length;
    const partners = candidates.filter((edge) => edge.shape.length === rank);
    const equal = partners.filter((edge) => String(this.sizesOf(edge.shape)) === String(this.sizesOf(first.shape)));
    const others = draw.chance(0.5) ? equal : partners;
    return [first, ...Array.from({ length: count - 1 }, () => draw.pick(others))];
  }

  /** The layer lowered, if sizes fit and stay small, and no variable depends on a size that may change. */
  private tryLower(source: LayerSource, from: readonly Edge[]): Lowered | undefined {
    const declared = Object.fromEntries(
      from.map(({ name, shape, dtype }): [string, DeclaredInput] => [name, { shape, dtype }]),
    );
    let lowered: Lowered;
    try {
      lowered = lowerLayers([source], declared);
    } catch (error) {
      if (error instanceof ShapeError || error instanceof SelfBound) return undefined;
      throw error;
    }
    const size = (dim: Dim): number => valueOf(dim, this.sizes)!;
    const consistent =
      [...lowered.bound].every(([name, dim]) => this.sizes.get(name) === size(dim)) &&
      lowered.build.constraints.every(({ rule, got, expected }) =>
        rule === 'equal' ? size(got) === size(expected) : size(got) >= size(expected),
      );
    const small = lowered.build.nodes.every(({ outputs }) =>
      outputs.every(({ shape }) => shape.map(size).reduce((all, n) => all * n, 1) <= MAX_ELEMENTS),
    );
    const latched = [...lowered.variables.values()].every(({ shape }) =>
      shape.every((dim) => [...symbolsOf(dim)].every((name) => name.includes('['))),
    );
    return consistent && small && latched ? lowered : undefined;
  }

  private accept(
    entry: Record<string, unknown>,
    { name, kind }: LayerSource,
    { magnitude }: Proposal,
    from: readonly Edge[],
    lowered: Lowered,
  ): void {
    this.layers.push(entry);
    from.forEach((edge) => this.consumed.add(edge.name));
    this.edges = this.edges.map((edge) => ({
      ...edge,
      shape: edge.shape.map((dim) => substitute(dim, lowered.bound)),
    }));
    const input = Math.max(...from.map((edge) => edge.magnitude));
    const weight = lowered.variables.get(`${name}.weight`);
    const fanIn = weight ? this.sizesOf(weight.shape.slice(0, -1)).reduce((all, size) => all * size, 1) : 1;
    this.edges.push({
      name,
      shape: lowered.output.shape,
      dtype: lowered.output.dtype as Edge['dtype'],
      magnitude: kind === 'embedding' ? 1 : (magnitude?.(input, fanIn) ?? input),
    });
  }

  /** Values for some of a layer's parameters: initializers, or the variables of others. */
  private parametersOf(kind: string, { variables }: Lowered): Record<string, unknown> {
    const { draw } = this;
    const entries = [...variables].flatMap(([slot, { shape }]): [string, unknown][] => {
      const parameter = slot.split('.')[1]!;
      if (parameter !== 'weight' && parameter !== 'bias') return [];
      const key = `${parameter} ${printShape(shape)}`;
      const known = this.shareable.get(key) ?? [];
      this.shareable.set(key, known);
      if (known.length > 0 && draw.chance(0.5)) return [[parameter, { variable: draw.pick(known) }]];
      if (draw.chance(0.15) && shape.every((dim) => typeof dim === 'number')) {
        const name = `shared-${this.variables.length + 1}`;
        this.variables.push({ name, shape });
        known.push(name);
        return [[parameter, { variable: name }]];
      }
      known.push(slot);
      const [rows, columns] = shape;
      const isMatrix = parameter === 'weight' && (kind === 'dense' || kind === 'embedding');
      if (isMatrix && typeof rows === 'number' && typeof columns === 'number')
        this.matrices.push({ name: slot, rows, columns });
      return draw.chance(0.4) ? [[parameter, this.initializer(parameter)]] : [];
    });
    return Object.fromEntries(entries);
  }

  private initializer(parameter: string): unknown {
    return parameter === 'bias'
      ? this.draw.pick<unknown>(['ones', 0.25, { kind: 'uniform', low: -0.5, high: 0.5 }])
      : this.draw.pick<unknown>([
          'glorotUniform',
          'he_normal',
          { kind: 'normal', std: 0.2 },
          { kind: 'truncatedNormal' },
        ]);
  }

  finish(): RandomGraph {
    const unused = this.edges.filter((edge) => !this.consumed.has(edge.name) && !(edge.name in this.values));
    const inputs = this.inputs.filter(({ name }) => this.consumed.has(name));
    const declaration = {
      nacre: 1 as const,
      inputs,
      functions: functionsOf(this.layers),
      variables: this.variables,
      layers: this.layers,
      outputs: unused.map((edge) => edge.name),
    };
    return { declaration, inputs: Object.fromEntries(inputs.map(({ name }) => [name, this.values[name]!])) };
  }
}
