import { snakeCase } from '../initializers/resolve.js';
import { show } from '../show.js';
import type { Place } from './issues.js';

const NAME = /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/;
export const NAME_PATTERN = NAME.source;

/** A name that can be written; reports another. */
export function readName(value: unknown, place: Place): string | undefined {
  if (typeof value === 'string' && NAME.test(value)) return value;
  if (value === undefined) place.report('missing', `needs 'name'`);
  else
    place
      .at('name')
      .report('name', `name must be of letters, digits, '_' and '-', parts joined by '/', got ${show(value)}`);
  return undefined;
}

/** Names in use, and where. */
export class Namespace {
  private readonly owners = new Map<string, string>();

  /** Takes a name for `owner`, such as `layers[3]`; reports one that is taken. */
  take(name: string, owner: string, place: Place): boolean {
    const other = this.owners.get(name);
    if (other === undefined) this.owners.set(name, owner);
    else place.at('name').as(owner).report('duplicate', `the name '${name}' is taken by ${other}`);
    return other === undefined;
  }

  has(name: string): boolean {
    return this.owners.has(name);
  }

  names(): string[] {
    return [...this.owners.keys()];
  }
}

/**
 * Names layers after their kind in snake case and a count of that kind in order, all of them counted; names given
 * anywhere are passed over.
 */
export class Namer {
  private readonly counts = new Map<string, number>();

  constructor(private readonly taken: Set<string>) {}

  /** The name of the next layer of its kind. */
  next(kind: string, given: string | undefined, scope = ''): string {
    const stem = scope + snakeCase(kind);
    let count = (this.counts.get(stem) ?? 0) + 1;
    if (given === undefined) while (this.taken.has(`${stem}_${count}`)) count++;
    this.counts.set(stem, count);
    const name = given ?? `${stem}_${count}`;
    this.taken.add(name);
    return name;
  }
}
