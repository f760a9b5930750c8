import type { Dim } from '../dim.js';
import * as f from '../formula.js';
import { mapParts, typeOf, type Formula } from '../formula.js';
import type { DType } from '../tensor.js';

/** What is done before a loop: a name is set, or `forward` fails. */
export type Statement =
  | { readonly kind: 'let'; readonly name: string; readonly value: Formula }
  | { readonly kind: 'check'; readonly condition: Formula; readonly position: Formula };

/** A formula whose parts are computed in the outermost loop that they depend on. */
export interface Hoisted {
  /** At index 0 what is done before all loops, at index n what is done at the start of the loop of axis n − 1. */
  readonly levels: readonly (readonly Statement[])[];
  /** What the innermost loop stores. Loads have one index, a position in row-major order. */
  readonly body: Formula;
}

interface Operand {
  readonly dtype: DType;
  readonly strides: readonly Dim[];
}

interface Context {
  /** It may be that nothing is computed here, so that nothing may be loaded earlier. */
  readonly isConditional: boolean;
  /** The level of the checks that come before. */
  readonly floor: number;
  /** The level at which what cannot be moved is computed. */
  readonly depth: number;
}

/** A part of a formula, and where it may be computed. */
interface Placed {
  /** The innermost loop on which it depends. */
  readonly natural: number;
  /** It loads or checks, which must not happen where it would not have before. */
  readonly loads: boolean;
  /** Names that it reads, and the levels at which they stand. */
  readonly pins: ReadonlyMap<string, number>;
  /** The outermost level at which it may be computed. */
  readonly level: number;
  /** The part for a place at a level, with its own parts moved out. */
  readonly construct: (depth: number) => Formula;
  /** The same, or the name of the part where it is moved out itself. */
  readonly build: (depth: number) => Formula;
}

const isTrivial = ({ kind }: Formula): boolean =>
  kind === 'number' || kind === 'axis' || kind === 'size' || kind === 'name';
const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

class Hoister {
  readonly levels: Statement[][];
  private readonly known: Map<string, Formula>[];
  private readonly names = new Map<string, { readonly natural: number; readonly pin: number }>();
  private count = 0;

  /** @param depth the level of the innermost loop */
  constructor(
    private readonly operands: readonly Operand[],
    private readonly levelOf: (axis: number) => number,
    private readonly depth: number,
  ) {
    this.levels = Array.from({ length: depth + 1 }, () => []);
    this.known = this.levels.map(() => new Map<string, Formula>());
  }

  /** The name of a value that is computed at a level. */
  private bound(level: number, value: Formula): Formula {
    if (isTrivial(value)) return value;
    const key = JSON.stringify(value, plain);
    const known = this.known[level]!.get(key);
    if (known) return known;
    const dtypes = this.operands.map(({ dtype }) => dtype);
    const name: Formula = { kind: 'name', name: `h${this.count++}`, type: typeOf(value, dtypes) };
    this.known[level]!.set(key, name);
    this.levels[level]!.push({ kind: 'let', name: name.name, value });
    return name;
  }

  private place(what: Pick<Placed, 'natural' | 'loads' | 'pins' | 'construct'>, context: Context): Placed {
    const { natural, loads, pins, construct } = what;
    const least = loads ? (context.isConditional ? context.depth : context.floor) : 0;
    const level = Math.max(natural, least, ...pins.values());
    const build = (depth: number): Formula => (level < depth ? this.bound(level, construct(level)) : construct(depth));
    return { ...what, level, build };
  }

  /** A part made of others, without the names that it binds itself. */
  private join(
    children: readonly Placed[],
    construct: (depth: number) => Formula,
    context: Context,
    { loads = false, binds = [] }: { readonly loads?: boolean; readonly binds?: readonly string[] } = {},
  ): Placed {
    const pins = new Map(children.flatMap((child) => [...child.pins]).filter(([name]) => !binds.includes(name)));
    const natural = Math.max(0, ...children.map((child) => child.natural));
    return this.place({ natural, loads: loads || children.some((child) => child.loads), pins, construct }, context);
  }

  visit(part: Formula, context: Context): Placed {
    switch (part.kind) {
      case 'axis':
        return this.leaf(part, this.levelOf(part.axis), context);
      case 'previous':
        return this.place({ natural: this.depth, loads: true, pins: new Map(), construct: () => part }, context);
      case 'name': {
        const { natural, pin } = this.names.get(part.name)!;
        return this.leaf(part, natural, context, new Map([[part.name, pin]]));
      }
      case 'load':
        return this.visitLoad(part, context);
      case 'let':
        return this.visitLet(part, context);
      case 'check':
        return this.visitCheck(part, context);
      case 'fold':
        return this.visitFold(part, context);
      case 'select': {
        const inner = { ...context, isConditional: true };
        const [condition, yes, no] = [
          this.visit(part.condition, context),
          this.visit(part.yes, inner),
          this.visit(part.no, inner),
        ];
        const construct = (depth: number): Formula =>
          f.select(condition.build(depth), yes.build(depth), no.build(depth));
        return this.join([condition, yes, no], construct, context);
      }
      default: {
        const children: Placed[] = [];
        mapParts(part, (child) => {
          children.push(this.visit(child, context));
          return child;
        });
        const construct = (depth: number): Formula => {
          const rest = [...children];
          return mapParts(part, () => rest.shift()!.build(depth));
        };
        return this.join(children, construct, context);
      }
    }
  }

  private leaf(
    part: Formula,
    natural: number,
    context: Context,
    pins: ReadonlyMap<string, number> = new Map(),
  ): Placed {
    return { ...this.place({ natural, loads: false, pins, construct: () => part }, context), build: () => part };
  }

  /** Terms of a position are added up from the outermost loop inwards, so that each loop adds what depends on it. */
  private visitLoad({ input, indices }: Extract<Formula, { kind: 'load' }>, context: Context): Placed {
    const { strides } = this.operands[input]!;
    const terms = indices
      .flatMap((index, axis) => termsOf(index, f.size(strides[axis]!)))
      .map((term) => this.visit(term, context))
      .sort((a, b) => a.level - b.level);
    const position = terms.reduce<Placed | undefined>(
      (sum, term) =>
        sum ? this.join([sum, term], (depth) => f.add(sum.build(depth), term.build(depth)), context) : term,
      undefined,
    );
    const construct = (depth: number): Formula => f.load(input, [position?.build(depth) ?? f.i32(0)]);
    return this.join(position ? [position] : [], construct, context, { loads: true });
  }

  private visitLet({ name, value, body }: Extract<Formula, { kind: 'let' }>, context: Context): Placed {
    const bound = this.visit(value, context);
    this.names.set(name, { natural: bound.natural, pin: bound.level });
    const rest = this.visit(body, context);
    const construct = (depth: number): Formula => {
      if (bound.level >= depth) return { kind: 'let', name, value: bound.build(depth), body: rest.build(depth) };
      this.levels[bound.level]!.push({ kind: 'let', name, value: bound.construct(bound.level) });
      return rest.build(depth);
    };
    return this.join([bound, rest], construct, context, { binds: [name] });
  }

  private visitCheck(part: Extract<Formula, { kind: 'check' }>, context: Context): Placed {
    const [condition, position] = [this.visit(part.condition, context), this.visit(part.position, context)];
    const level = context.isConditional ? context.depth : Math.max(condition.level, position.level, context.floor);
    const body = this.visit(part.body, { ...context, floor: level });
    const construct = (depth: number): Formula => {
      if (level >= depth) return f.check(condition.build(depth), position.build(depth), body.build(depth));
      this.levels[level]!.push({
        kind: 'check',
        condition: condition.build(level),
        position: position.build(level),
      });
      return body.build(depth);
    };
    return this.join([condition, position, body], construct, context, { loads: true });
  }

  /** What does not depend on the iteration is computed before the fold. */
  private visitFold(part: Extract<Formula, { kind: 'fold' }>, context: Context): Placed {
    const inside = this.depth + 1;
    const binds = [part.index, ...part.states.map(({ name }) => name)];
    const count = this.visit(part.count, context);
    const initials = part.states.map(({ initial }) => this.visit(initial, context));
    for (const name of binds) this.names.set(name, { natural: 0, pin: inside });
    const nexts = part.states.map(({ next }) => this.visit(next, { ...context, isConditional: true, depth: inside }));
    const result = this.visit(part.result, context);
    const construct = (depth: number): Formula => ({
      ...part,
      count: count.build(depth),
      states: part.states.map(({ name }, at) => ({
        name,
        initial: initials[at]!.build(depth),
        next: nexts[at]!.build(Math.min(depth + 1, inside)),
      })),
      result: result.build(depth),
    });
    return this.join([count, ...initials, ...nexts, result], construct, context, { binds });
  }
}

/** An index times a stride as a sum of products that may be moved one by one. */
function termsOf(index: Formula, factor: Formula): Formula[] {
  if (index.kind === 'binary') {
    const { fn, left, right } = index;
    if (fn === 'add') return [...termsOf(left, factor), ...termsOf(right, factor)];
    if (fn === 'subtract') return [...termsOf(left, factor), ...termsOf(right, f.mul(f.i32(-1), factor))];
    if (fn === 'multiply' && (right.kind === 'number' || right.kind === 'size')) {
      return termsOf(left, f.mul(right, factor));
    }
  }
  return index.kind === 'number' && index.value === 0 ? [] : [f.mul(index, factor)];
}

/**
 * Moves what a formula computes out of the loops on which it does not depend. Nothing is loaded or checked that was not
 * before, as long as no loop is empty; arithmetic may be done in vain.
 *
 * @param formula in canonical form
 * @param sizes of the loops, the innermost last
 */
export function hoistFormula(formula: Formula, sizes: readonly Dim[], operands: readonly Operand[]): Hoisted {
  const levelOf = (axis: number): number => (sizes[axis] === 1 ? 0 : axis + 1);
  const depth = Math.max(0, ...sizes.map((_, axis) => levelOf(axis)));
  const hoister = new Hoister(operands, levelOf, depth);
  const body = hoister.visit(formula, { isConditional: false, floor: 0, depth }).build(depth);
  return { levels: hoister.levels, body };
}
