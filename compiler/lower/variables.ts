import type { Build } from '../build.js';
import type { GraphDeclaration, ParameterDeclaration, Tensors, VariableDeclaration } from '../declaration.js';
import { equal, floorDiv, mul, printShape, product, type Dim } from '../dim.js';
import { InternalError, ShapeError } from '../errors.js';
import { readGiven } from './given.js';
import { describeInitializer, expandInitializer } from '../initializers/resolve.js';
import { fansOf } from '../initializers/fans.js';
import type { InitializerDeclaration } from '../initializers/values.js';
import type { Layout, Node, Op, Value, Variable } from '../ir.js';
import type { SlotOptions } from '../layers/define.js';
import type { StoredValues } from '../stored.js';
import { requireShape } from './initializers.js';
import { axesOf, inverse } from './layout.js';
import { asDepthwise, inLayout, Matcher, type Match, type MatchOptions } from './match.js';

type Fill = Exclude<ParameterDeclaration, { readonly variable: string }>;

interface Draft {
  readonly name: string;
  readonly value: Value;
  readonly fill: Fill;
  readonly layout: Layout | null;
  /** Where each axis of […kernel, in, out] is stored. */
  readonly axes: readonly number[];
  readonly outputsFirst: boolean;
  readonly trainable: boolean;
  readonly users: string[];
  fans: Fans | undefined;
  weightFanIn: Dim | undefined;
}

interface Fans {
  readonly fanIn: Dim;
  readonly fanOut: Dim;
}

/** What a layer asks a variable for. */
export interface SlotRequest {
  /** As errors name it. */
  readonly user: string;
  /** The name of the variable made for it, if it is its own. */
  readonly own: string;
  readonly declared: ParameterDeclaration;
  readonly shape: readonly Dim[];
  readonly options: SlotOptions;
  readonly trainable: boolean;
  /** The fan-in of the layer's first weight. */
  readonly weightFanIn: Dim | undefined;
}

/** Tensors that variables take by name, besides those that the declaration refers to. */
export interface MatchedTensors extends MatchOptions {
  readonly tensors?: Tensors;
}

/** The variables of a graph, made as layers ask for them. */
export class Variables {
  /** What users should know of the tensors that variables took. */
  readonly notes: string[] = [];
  private readonly matcher: Matcher;
  private readonly drafts = new Map<string, Draft>();
  private readonly declared: ReadonlyMap<string, VariableDeclaration>;

  constructor(
    private readonly build: Build,
    private readonly declaration: GraphDeclaration,
    private readonly tensors: Tensors,
    matched: MatchedTensors = {},
  ) {
    this.matcher = new Matcher(matched.tensors ?? {}, matched);
    this.declared = new Map(declaration.variables.map((variable) => [variable.name, variable]));
  }

  /** The value of a slot. */
  slot(request: SlotRequest): { readonly value: Value; readonly variable: string } {
    const { user, own, declared, shape, options } = request;
    const shared = isReference(declared) ? declared : undefined;
    const transposed = shared?.transpose ?? false;
    const name = shared?.variable ?? own;
    const draft = this.drafts.get(name) ?? this.create(name, request, transposed);
    const order = transposed ? [...shape.keys()].reverse() : [...shape.keys()];
    const axes = axesOf(shape.length, draft.outputsFirst);
    const fromStored = order.map((axis) => axes[axis]!);
    const needs = inverse(fromStored).map((axis) => shape[axis]!);
    if (draft.users.length > 0) this.require(name, draft.value.shape, user, needs, draft.users[0]);
    if (!draft.users.includes(user)) draft.users.push(user);
    if (!transposed && !draft.fans) {
      const { fanIn, fanOut } = fansOf(shape);
      draft.fans = { fanIn: options.fanIn ?? fanIn, fanOut: options.fanOut ?? fanOut };
      draft.weightFanIn = request.weightFanIn;
    }
    const isStraight = fromStored.every((axis, index) => axis === index);
    if (isStraight) return { value: draft.value, variable: name };
    return { value: this.build.op({ kind: 'transpose', permutation: fromStored }, [draft.value]), variable: name };
  }

  private create(name: string, request: SlotRequest, transposed: boolean): Draft {
    const { user, declared, shape, options, trainable, weightFanIn } = request;
    const declaration = this.declared.get(name);
    const fill = declaration?.initializer ?? (isReference(declared) ? undefined : declared);
    if (!fill) throw new InternalError(`no variable '${name}'`);
    const layout = options.layout ?? null;
    const known = transposed ? [...shape].reverse() : shape;
    const outputsFirst = layout !== null && (declaration?.layout ?? this.declaration.defaults.layout) === 'oi';
    const axes = axesOf(shape.length, outputsFirst);
    const stored = inverse(axes).map((axis) => known[axis]!);
    if (declaration?.shape) this.require(name, declaration.shape, user, stored);
    const draft: Draft = {
      name,
      value: this.build.value({ dtype: 'float32', shape: stored }, name),
      fill,
      layout: outputsFirst ? outputsFirstLayout[layout] : layout,
      axes,
      outputsFirst,
      trainable,
      users: [],
      fans: undefined,
      weightFanIn,
    };
    this.drafts.set(name, draft);
    return draft;
  }

  /** Requires that a variable of shape `has` fits a slot; a null size takes the slot's. */
  private require(
    name: string,
    has: readonly (Dim | null)[],
    user: string,
    needs: readonly Dim[],
    first?: string,
  ): void {
    const shown = `(${has.map((size) => (size === null ? '?' : printShape([size]).slice(1, -1))).join(', ')})`;
    const before = first === undefined ? `is declared ${shown}` : `${first} needs ${shown}`;
    const text = `${before}, ${user} needs ${printShape(needs)}`;
    const { subject } = this.build;
    this.build.subject = name;
    if (has.length !== needs.length) {
      throw new ShapeError('sharing', name, text, shown, printShape(needs));
    }
    has.forEach((size, axis) => {
      if (size !== null && !equal(size, needs[axis]!)) this.build.require('equal', needs[axis]!, size, text);
    });
    this.build.subject = subject;
  }

  /** All variables in the order of their first use, and how each is filled. */
  finish(): { readonly list: readonly Variable[]; readonly initialize: readonly Node[] } {
    const initialize: Node[] = [];
    const list = [...this.drafts.values()].map((draft): Variable => {
      const { name, value, fill, layout, trainable, users, weightFanIn } = draft;
      initialize.push({ op: this.fillOp(draft), inputs: [], outputs: [value], origin: name });
      const { fanIn, fanOut } = draft.fans ?? fansOfTransposed(draft);
      const recipe = initialize.at(-1)!.op.kind === 'initializer' && isInitializer(fill) ? fill : undefined;
      const initializer = recipe ? describeInitializer(recipe) : 'values';
      const isDefault = recipe?.default === true;
      return { name, value, layout, trainable, users, fanIn, fanOut, weightFanIn, initializer, isDefault };
    });
    this.notes.push(...this.matcher.finish(list.map(({ name }) => name)));
    return { list, initialize };
  }

  private fillOp(draft: Draft): Op {
    const { name, fill } = draft;
    this.build.subject = name;
    const declared = !isInitializer(fill) && 'tensor' in fill ? fill.tensor : undefined;
    const match = this.matcher.take(name, declared, draft.layout, isInitializer(fill));
    if (match) return this.tensorOp(draft, match);
    if (isInitializer(fill)) {
      const op = expandInitializer(fill, this.declaration.initializers);
      requireShape(this.build, fill.kind, op.recipe, draft);
      return op;
    }
    if (Array.isArray(fill)) {
      const { data, shape } = nested(fill);
      return this.valuesOp(draft, { dtype: 'float32', shape, data: Float32Array.from(data) });
    }
    const source = this.tensors[declared!];
    if (!source) throw new InternalError(`no tensor '${declared!}'`);
    return this.tensorOp(draft, { key: declared!, source, outputsFirst: undefined, transpose: false });
  }

  private tensorOp(draft: Draft, match: Match): Op {
    const { name, value, outputsFirst } = draft;
    const { values, isBare, note } = readGiven(`tensors.${match.key}`, match.source);
    if (note !== undefined) this.notes.push(note);
    if (isBare) return fillBy({ ...values, shape: this.settle(name, value.shape, values.data.length) });
    const fits = match.isGeneral && values.shape.every((size, axis) => equal(size, value.shape[axis] ?? 0));
    const ordered = fits ? values : inLayout(values, match, outputsFirst);
    const whose = match.key === name ? '' : ` of tensor '${match.key}'`;
    if (ordered === values) return this.valuesOp(draft, values, whose);
    const shape = value.shape.every((size) => typeof size === 'number') ? (value.shape as readonly number[]) : [];
    const was = `, stored as ${printShape(values.shape)}`;
    return this.valuesOp(draft, asDepthwise(ordered, shape), `${whose}${was}`);
  }

  /** @param whose what stands after the shape of the values in an error */
  private valuesOp({ name, value }: Draft, values: StoredValues, whose = ''): Op {
    const { shape } = values;
    const text = `expects shape ${printShape(value.shape)}, got ${printShape(shape)}${whose}`;
    if (shape.length !== value.shape.length) {
      throw new ShapeError('values', name, text, printShape(value.shape), printShape(shape));
    }
    shape.forEach((size, axis) => this.build.require('equal', value.shape[axis]!, size, text));
    return fillBy(values);
  }

  /** The shape of a bare list of values; it may settle one open size. */
  private settle(name: string, shape: readonly Dim[], count: number): readonly number[] {
    const open = shape.filter((size) => typeof size !== 'number');
    const known = product(shape.filter((size) => typeof size === 'number')) as number;
    const fits = open.length === 0 ? count === known : open.length === 1 && known > 0 && count % known === 0;
    if (!fits) {
      const expected = mul(product(shape), 1);
      const wanted = typeof expected === 'number' ? `${expected} values for shape` : 'values for shape';
      throw new ShapeError('values', name, `expects ${wanted} ${printShape(shape)}, got ${count}`);
    }
    return shape.map((size) => (typeof size === 'number' ? size : (floorDiv(count, known) as number)));
  }
}

const fillBy = (values: StoredValues): Op =>
  values.dtype === 'float32' ? { kind: 'constant', tensor: values } : { kind: 'stored', values };

interface ShapedNumbers {
  readonly data: readonly number[];
  readonly shape: readonly number[];
}

const isReference = (
  declared: ParameterDeclaration,
): declared is Extract<ParameterDeclaration, { readonly variable: string }> =>
  typeof declared === 'object' && !Array.isArray(declared) && 'variable' in declared;

const isInitializer = (fill: Fill): fill is InitializerDeclaration => !Array.isArray(fill) && 'kind' in fill;

/** Of a variable that every layer uses transposed. */
function fansOfTransposed({ value, axes }: Draft): Fans {
  const { fanIn, fanOut } = fansOf(axes.map((axis) => value.shape[axis]!).reverse());
  return { fanIn: fanOut, fanOut: fanIn };
}

const outputsFirstLayout = { io: 'oi', hwio: 'oihw', oi: 'oi', oihw: 'oihw' } as const;

/** Nested lists, which a declaration has checked to be regular, as values and shape. */
function nested(list: readonly unknown[]): ShapedNumbers {
  const shape: number[] = [];
  for (let part: unknown = list; Array.isArray(part); part = part[0]) shape.push(part.length);
  return { data: (list as readonly number[]).flat(Infinity as 1), shape };
}
