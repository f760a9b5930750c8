import type { Build } from '../build.js';
import type {
  GraphDeclaration,
  ParameterDeclaration,
  TensorSource,
  Tensors,
  VariableDeclaration,
} from '../declaration.js';
import { equal, floorDiv, mul, printShape, product, type Dim } from '../dim.js';
import { InternalError, ShapeError } from '../errors.js';
import { describeInitializer, expandInitializer, initializerDefinitions } from '../initializers/resolve.js';
import { fansOf } from '../initializers/fans.js';
import type { InitializerDeclaration } from '../initializers/values.js';
import type { Layout, Node, Op, Value, Variable } from '../ir.js';
import type { SlotOptions } from '../layers/define.js';

type Fill = Exclude<ParameterDeclaration, { readonly variable: string }>;

interface Draft {
  readonly name: string;
  readonly value: Value;
  readonly fill: Fill;
  readonly layout: Layout | null;
  readonly trainable: boolean;
  readonly users: { readonly slot: string; readonly needs: readonly Dim[] }[];
  fans: { readonly fanIn: Dim; readonly fanOut: Dim } | undefined;
}

/** The variables of a graph, made as layers ask for them. */
export class Variables {
  private readonly drafts = new Map<string, Draft>();
  private readonly declared: ReadonlyMap<string, VariableDeclaration>;

  constructor(
    private readonly build: Build,
    declaration: GraphDeclaration,
    private readonly tensors: Tensors,
  ) {
    this.declared = new Map(declaration.variables.map((variable) => [variable.name, variable]));
  }

  /**
   * The value of a slot.
   * @param user the slot as errors name it · @param own the name of the variable made for it, if it is its own
   */
  slot(
    user: string,
    own: string,
    declared: ParameterDeclaration,
    shape: readonly Dim[],
    options: SlotOptions,
    trainable: boolean,
  ): { readonly value: Value; readonly variable: string } {
    const shared = isReference(declared) ? declared : undefined;
    const transposed = shared?.transpose ?? false;
    const needs = transposed ? [...shape].reverse() : shape;
    const name = shared?.variable ?? own;
    let draft = this.drafts.get(name);
    if (!draft) {
      const declaration = this.declared.get(name);
      const fill = declaration?.initializer ?? (shared ? undefined : (declared as Fill));
      if (!fill) throw new InternalError(`no variable '${name}'`);
      if (declaration?.shape) this.require(name, declaration.shape, user, needs);
      const value = this.build.value({ dtype: 'float32', shape: needs }, name);
      draft = { name, value, fill, layout: options.layout ?? null, trainable, users: [], fans: undefined };
      this.drafts.set(name, draft);
    } else {
      this.require(name, draft.value.shape, user, needs, draft.users[0]?.slot);
    }
    if (!draft.users.some(({ slot }) => slot === user)) draft.users.push({ slot: user, needs });
    if (!transposed && !draft.fans) {
      const { fanIn, fanOut } = fansOf(shape);
      draft.fans = { fanIn: options.fanIn ?? fanIn, fanOut: options.fanOut ?? fanOut };
    }
    if (!transposed) return { value: draft.value, variable: name };
    const permutation = shape.map((_, axis) => shape.length - 1 - axis);
    return { value: this.build.op({ kind: 'transpose', permutation }, [draft.value]), variable: name };
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
      const { name, value, fill, layout, trainable, users } = draft;
      const op = this.fillOp(draft);
      initialize.push({ op, inputs: [], outputs: [value], origin: name });
      const { fanIn, fanOut } = draft.fans ?? swapped(fansOf([...value.shape].reverse()));
      const initializer = isInitializer(fill) ? describeInitializer(fill) : 'values';
      const isDefault = isInitializer(fill) && fill.default === true;
      const slots = users.map(({ slot }) => slot);
      return { name, value, layout, trainable, users: slots, fanIn, fanOut, weightFanIn: undefined, initializer, isDefault };
    });
    return { list, initialize };
  }

  private fillOp({ name, value, fill }: Draft): Op {
    if (isInitializer(fill)) {
      const [minRank] = initializerDefinitions[fill.kind].ranks;
      if (value.shape.length >= minRank) return expandInitializer(fill);
      const [expected, got] = [`at least ${minRank} axes`, printShape(value.shape)];
      throw new ShapeError('initializer', name, `${fill.kind} needs ${expected}, got ${got}`, expected, got);
    }
    const source: TensorSource | ShapedNumbers | undefined = Array.isArray(fill)
      ? nested(fill)
      : this.tensors[(fill as { tensor: string }).tensor];
    if (!source) throw new InternalError(`no tensor '${(fill as { tensor: string }).tensor}'`);
    const shape = source instanceof Float32Array ? this.settle(name, value.shape, source.length) : source.shape;
    const data = source instanceof Float32Array ? source : Float32Array.from(source.data);
    this.build.subject = name;
    const text = `expects shape ${printShape(value.shape)}, got ${printShape(shape)}`;
    if (shape.length !== value.shape.length) {
      throw new ShapeError('values', name, text, printShape(value.shape), printShape(shape));
    }
    shape.forEach((size, axis) => this.build.require('equal', value.shape[axis]!, size, text));
    return { kind: 'constant', tensor: { dtype: 'float32', shape, data } };
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

interface ShapedNumbers {
  readonly data: readonly number[];
  readonly shape: readonly number[];
}

const isReference = (
  declared: ParameterDeclaration,
): declared is Extract<ParameterDeclaration, { readonly variable: string }> =>
  typeof declared === 'object' && !Array.isArray(declared) && 'variable' in declared;

const isInitializer = (fill: Fill): fill is InitializerDeclaration => !Array.isArray(fill) && 'kind' in fill;

const swapped = ({ fanIn, fanOut }: { fanIn: Dim; fanOut: Dim }): { fanIn: Dim; fanOut: Dim } => ({
  fanIn: fanOut,
  fanOut: fanIn,
});

/** Nested lists, which a declaration has checked to be regular, as values and shape. */
function nested(list: readonly unknown[]): ShapedNumbers {
  const shape: number[] = [];
  for (let part: unknown = list; Array.isArray(part); part = part[0]) shape.push(part.length);
  return { data: (list as readonly number[]).flat(Infinity as 1), shape };
}
