import type { TensorSource, Tensors } from '../declaration.js';
import { OptionError } from '../errors.js';
import type { Layout } from '../ir.js';
import { show } from '../show.js';
import { permuteStored, type StoredValues } from '../stored.js';
import { didYouMean } from '../suggest.js';
import { axesOf, inverse } from './layout.js';

/** A tensor for a variable, and the order in which it has its axes where that is another. */
export interface TensorReference {
  readonly tensor: string;
  /** Outputs last or first, as torch has them. */
  readonly layout?: Layout;
  /** Its axes are in reverse. */
  readonly transpose?: boolean;
}

/** The tensor a variable takes; null: none, it keeps its initializer. */
export type TensorName = string | TensorReference | null;

/** By variable, or of a variable's name. Where there is none, or undefined, it is the variable's own name. */
export type TensorNames = Readonly<Record<string, TensorName>> | ((variable: string) => TensorName | undefined);

export interface MatchOptions {
  /** Which tensors variables take that are called otherwise. */
  readonly tensorNames?: TensorNames;
  /** The order of axes of weights among the tensors; the variables' own where it is left out. */
  readonly tensorLayout?: 'io' | 'oi';
  /** Whether tensors that no variable takes, and variables without one, are noted (the default) or refused. */
  readonly unmatchedTensors?: 'note' | 'refuse';
}

/** A tensor that a variable takes by name. */
export interface Match {
  readonly key: string;
  readonly source: TensorSource;
  readonly outputsFirst: boolean | undefined;
  /** The order is that of all tensors: a variable whose layout is not known takes what fits as it stands. */
  readonly isGeneral?: boolean;
  readonly transpose: boolean;
}

const LAYOUTS: readonly Layout[] = ['io', 'oi', 'hwio', 'oihw'];
const FIELDS = ['tensor', 'layout', 'transpose'];
const isOutputsFirst = (layout: Layout): boolean => layout === 'oi' || layout === 'oihw';

const fail = (subject: string, what: string): never => {
  throw new OptionError('tensors', subject, what);
};

/** @throws OptionError for options of another form */
export function checkMatchOptions({ tensorNames, tensorLayout, unmatchedTensors }: MatchOptions): void {
  if (tensorNames !== undefined && (typeof tensorNames !== 'object' || tensorNames === null)) {
    if (typeof tensorNames !== 'function') {
      fail('tensorNames', `must be names by variable or a function, got ${show(tensorNames)}`);
    }
  }
  if (tensorLayout !== undefined && tensorLayout !== 'io' && tensorLayout !== 'oi') {
    fail('tensorLayout', `must be 'io' or 'oi', got ${show(tensorLayout)}`);
  }
  if (unmatchedTensors !== undefined && unmatchedTensors !== 'note' && unmatchedTensors !== 'refuse') {
    fail('unmatchedTensors', `must be 'note' or 'refuse', got ${show(unmatchedTensors)}`);
  }
}

/** The tensors beside a model, as variables take them. */
export class Matcher {
  private readonly taken = new Set<string>();
  private readonly without: string[] = [];
  private matches = 0;

  constructor(
    private readonly tensors: Tensors,
    private readonly options: MatchOptions,
  ) {}

  /**
   * The tensor for a variable.
   *
   * @param declared the key that its declaration refers to
   * @param isInitialized it has an initializer, not values
   * @throws OptionError for a name that no tensor has
   */
  take(
    variable: string,
    declared: string | undefined,
    layout: Layout | null,
    isInitialized: boolean,
  ): Match | undefined {
    const { tensorLayout } = this.options;
    const mapped = this.mapped(variable);
    const key = mapped ? mapped.tensor : (declared ?? variable);
    if (mapped === null || (!mapped && !Object.hasOwn(this.tensors, key))) {
      if (isInitialized) this.without.push(variable);
      return undefined;
    }
    this.taken.add(key);
    if (mapped || declared === undefined) this.matches++;
    const order = mapped?.transpose ? undefined : (mapped?.layout ?? tensorLayout);
    return {
      key,
      source: this.tensors[key]!,
      outputsFirst: order === undefined ? undefined : isOutputsFirst(order),
      isGeneral: layout === null && mapped?.layout === undefined,
      transpose: mapped?.transpose ?? false,
    };
  }

  private mapped(variable: string): TensorReference | null | undefined {
    const { tensorNames } = this.options;
    const subject = `tensorNames.${variable}`;
    const name =
      typeof tensorNames === 'function'
        ? tensorNames(variable)
        : tensorNames && Object.hasOwn(tensorNames, variable)
          ? tensorNames[variable]
          : undefined;
    if (name === undefined || name === null) return name;
    const reference = typeof name === 'string' ? { tensor: name } : name;
    const { tensor, layout, transpose } = Object(reference) as TensorReference;
    const isSound =
      typeof tensor === 'string' &&
      (layout === undefined || LAYOUTS.includes(layout)) &&
      (transpose === undefined || typeof transpose === 'boolean') &&
      Object.keys(reference).every((field) => FIELDS.includes(field));
    if (!isSound) {
      fail(subject, `must be a tensor's name, { tensor, layout, transpose } or null, got ${show(name)}`);
    }
    if (layout !== undefined && transpose) fail(subject, 'takes a layout or transpose, not both');
    const keys = Object.keys(this.tensors);
    if (!Object.hasOwn(this.tensors, tensor)) {
      fail(subject, `tensor '${tensor}' is not among the tensors given${didYouMean(tensor, keys)}`);
    }
    return reference;
  }

  /**
   * What is left on both sides.
   *
   * @param variables the names of all of them
   * @throws OptionError where that is to be refused, and for names of variables that the model does not have
   */
  finish(variables: readonly string[]): string[] {
    const { tensorNames, unmatchedTensors = 'note' } = this.options;
    for (const name of typeof tensorNames === 'object' ? Object.keys(tensorNames) : []) {
      if (variables.includes(name)) continue;
      fail(`tensorNames.${name}`, `the model has no variable '${name}'${didYouMean(name, variables)}`);
    }
    const unused = Object.keys(this.tensors).filter((key) => !this.taken.has(key));
    const refuses = unmatchedTensors === 'refuse';
    const notes: string[] = [];
    if (unused.length > 0) notes.push(`no variable takes ${list(unused)}`);
    if (this.without.length > 0 && (refuses || this.matches > 0)) {
      notes.push(`there is none for ${list(this.without)}`);
    }
    if (refuses && notes.length > 0) fail('tensors', notes.join(', and '));
    return notes.map((note) => `tensors: ${note}`);
  }
}

const MOST_LISTED = 8;

function list(names: readonly string[]): string {
  if (names.length <= MOST_LISTED) return names.join(', ');
  return `${names.slice(0, MOST_LISTED).join(', ')} and ${names.length - MOST_LISTED} more`;
}

/** A tensor's values with the axes of a variable that has outputs first or not. */
export function inLayout(values: StoredValues, match: Match, outputsFirst: boolean): StoredValues {
  const rank = values.shape.length;
  if (match.transpose) return permuteStored(values, [...values.shape.keys()].reverse());
  if (match.outputsFirst === undefined || match.outputsFirst === outputsFirst || rank < 2) return values;
  const axes = axesOf(rank, true);
  return permuteStored(values, match.outputsFirst ? axes : inverse(axes));
}

/**
 * The same values where a shape has [in, multiplier] for the last two axes and the values [1, in · multiplier], as
 * depthwise kernels stored outputs first turn out.
 */
export function asDepthwise(values: StoredValues, shape: readonly number[]): StoredValues {
  const [one, all] = values.shape.slice(-2);
  const [channels = 0, multiplier = 0] = shape.slice(-2);
  const isDepthwise =
    shape.length === values.shape.length &&
    shape.length > 2 &&
    one === 1 &&
    all === channels * multiplier &&
    shape.slice(0, -2).every((size, axis) => size === values.shape[axis]);
  const hasScales = 'scale' in values && values.axis === values.shape.length - 1;
  return isDepthwise && (!hasScales || multiplier === 1)
    ? { ...values, shape, ...(hasScales && { axis: shape.length - 2 }) }
    : values;
}
