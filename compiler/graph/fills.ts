import { isOwnName } from '../declaration/entries.js';
import type { InitializerEntrySource, TensorSource } from '../declaration/types.js';
import { NacreError } from '../errors.js';
import { loadedTensors, type LoadedTensors } from '../initializers/by-name.js';
import { customOf } from '../initializers/custom.js';
import type { HostInitializer } from '../initializers/host.js';
import type { InitializerValue, LoadValue, Mixed } from '../initializers/values.js';
import type { CustomInitializer } from '../ir.js';
import type { ShapedArray } from '../layers/parameter-value.js';
import { didYouMean } from '../suggest.js';

/** The functions that fill variables on the host, by the names that the declaration's `initializers` gives them. */
export type Functions = Readonly<Record<string, HostInitializer>>;

/** Writes what builders take for initializers as a declaration has it, and keeps the entries of its `initializers`. */
export class Fills {
  private readonly entries: InitializerEntrySource[];
  private readonly hosts: Map<HostInitializer, string>;

  constructor(entries: readonly InitializerEntrySource[], functions: Functions) {
    this.entries = [...entries];
    this.hosts = new Map(Object.entries(functions).map(([name, run]) => [run, name]));
  }

  get initializers(): readonly InitializerEntrySource[] {
    return this.entries;
  }

  get functions(): Functions {
    return Object.freeze(Object.fromEntries([...this.hosts].map(([run, name]) => [name, run])));
  }

  /** What fills one variable: `mixed` and `load` give way to what they choose. May be a tensor. */
  write(value: unknown, variable: string): unknown {
    if (isMixed(value)) {
      const rule = firstRule(value.rules, variable);
      if (rule) return this.write(rule[1], variable);
      return isSound(value.rules) ? { kind: 'mixed', rules: [] } : value;
    }
    const tensors = isLoad(value) ? loadedTensors(value) : undefined;
    if (!isLoad(value) || !tensors) return this.writeAnywhere(value, variable);
    if (Object.hasOwn(tensors, variable)) return tensors[variable];
    if (value.fallback !== undefined) return this.write(value.fallback, variable);
    const near = didYouMean(variable, Object.keys(tensors));
    throw new NacreError('tensor', variable, `load finds no tensor '${variable}'${near || '; give it a fallback'}`);
  }

  /** What may fill any variable; `subject` is who is at fault. */
  writeAnywhere(value: unknown, subject: string): unknown {
    if (typeof value === 'function') return this.nameOf(value as HostInitializer, subject);
    if (isMixed(value) && isSound(value.rules)) {
      const rules = value.rules.map(([pattern, initializer]) => [pattern, this.writeAnywhere(initializer, subject)]);
      return { kind: 'mixed', rules };
    }
    if (isLoad(value) && value.fallback !== undefined) {
      return { ...value, fallback: this.writeAnywhere(value.fallback, subject) };
    }
    const definition = typeof value === 'object' && value !== null ? customOf(value) : undefined;
    if (definition) this.define(definition, subject);
    return value;
  }

  private define(definition: CustomInitializer, subject: string): void {
    const { name } = definition;
    const known = this.entries.find((entry) => entry.name === name);
    if (!known) this.entries.push(definition);
    else if (!isSame(known, definition)) {
      throw new NacreError('initializer', subject, `another initializer of the graph is called '${name}' too`);
    }
  }

  /** A function's own name where that is sound and free; one that only says where it stands is none. */
  private nameOf(run: HostInitializer, subject: string): unknown {
    if (Object.hasOwn(run, 'definition')) return run;
    const known = this.hosts.get(run);
    if (known !== undefined) return known;
    const isFree = (name: string): boolean => this.entries.every((entry) => entry.name !== name);
    const places = ['initializer', subject.slice(subject.lastIndexOf('.') + 1)];
    let name = run.name;
    if (!isOwnName(name) || places.includes(name) || !isFree(name)) {
      let count = 1;
      while (!isFree(`initializer_${count}`)) count++;
      name = `initializer_${count}`;
    }
    this.hosts.set(run, name);
    this.entries.push({ name, host: true });
    return name;
  }
}

const isSame = (entry: InitializerEntrySource, { options, source }: CustomInitializer): boolean =>
  'source' in entry &&
  entry.source === source &&
  JSON.stringify(Object.entries(entry.options ?? {})) === JSON.stringify(Object.entries(options));

type Rules = Mixed<InitializerValue>['rules'];

const kindOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? (value as { readonly kind?: unknown }).kind : undefined;

const isMixed = (value: unknown): value is Mixed<InitializerValue> => kindOf(value) === 'mixed';
const isLoad = (value: unknown): value is LoadValue => kindOf(value) === 'load';

/** Rules that are not sound are left to the parser, which reports them. */
const isSound = (rules: unknown): rules is Rules =>
  Array.isArray(rules) &&
  rules.every((rule) => Array.isArray(rule) && rule.length === 2 && asPattern(rule[0]) !== undefined);

function asPattern(source: unknown): RegExp | undefined {
  try {
    return typeof source === 'string' ? new RegExp(source) : undefined;
  } catch {
    return undefined;
  }
}

const firstRule = (rules: unknown, variable: string): Rules[number] | undefined =>
  isSound(rules) ? rules.find(([pattern]) => asPattern(pattern)!.test(variable)) : undefined;

/** The tensors that `load` gives to variables which a graph's defaults fill, by the names of the variables. */
export function tensorsOfDefaults({
  rules = [],
  initializer,
}: {
  readonly rules?: unknown;
  readonly initializer?: unknown;
}): Readonly<Record<string, TensorSource>> {
  const names = new Set<string>();
  const collect = (value: unknown): void => {
    if (isMixed(value) && isSound(value.rules)) for (const [, part] of value.rules) collect(part);
    if (!isLoad(value)) return;
    for (const name of Object.keys(loadedTensors(value) ?? {})) names.add(name);
    collect(value.fallback);
  };
  if (isSound(rules)) for (const [, value] of rules) collect(value);
  collect(initializer);
  const chosen = (value: unknown, name: string): LoadedTensors[string] | undefined => {
    if (isMixed(value)) return chosen(firstRule(value.rules, name)?.[1], name);
    if (!isLoad(value)) return undefined;
    const tensors = loadedTensors(value) ?? {};
    return Object.hasOwn(tensors, name) ? tensors[name] : chosen(value.fallback, name);
  };
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const rule = firstRule(rules, name);
      const tensor = chosen(rule ? rule[1] : initializer, name);
      return tensor ? [[name, tensor]] : [];
    }),
  );
}

export const isTensor = (value: unknown): value is TensorSource =>
  value instanceof Float32Array ||
  (typeof value === 'object' && value !== null && ArrayBuffer.isView((value as ShapedArray).data));
