import { DeclarationError, type Issue } from '../errors.js';
import { show } from '../show.js';

/** A place in the source: faults found there carry its JSON pointer and the subject people know it by. */
export class Place {
  private constructor(
    private readonly issues: Issue[],
    readonly pointer: string,
    readonly subject: string,
  ) {}

  static root(subject: string): Place {
    return new Place([], '', subject);
  }

  /** A field or element of this place. */
  at(key: string | number): Place {
    const token = String(key).replaceAll('~', '~0').replaceAll('/', '~1');
    return new Place(this.issues, `${this.pointer}/${token}`, this.subject);
  }

  /** The same place under another subject. */
  as(subject: string): Place {
    return new Place(this.issues, this.pointer, subject);
  }

  report(code: string, what: string): void {
    const { pointer, subject } = this;
    this.issues.push({ code, pointer, subject, message: `${subject}: ${what}` });
  }

  /** How many faults were reported so far, anywhere in the source. */
  get faults(): number {
    return this.issues.length;
  }

  /** Throws all faults that were reported anywhere in the source. */
  throwIfAny(): void {
    if (this.faults > 0) throw new DeclarationError(Object.freeze([...this.issues]));
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** The fields of an object; reports anything else. */
export function readFields(value: unknown, place: Place, name: string): Fields | undefined {
  if (isFields(value)) return value;
  place.report('type', `${name} must be an object, got ${show(value)}`);
  return undefined;
}

/** The elements of a list; none, and a report, for anything else. */
export function readList(value: unknown, place: Place, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  place.report('type', `${name} must be a list, got ${show(value)}`);
  return [];
}

/** The names of fields that were given a value. */
export const givenKeys = (fields: Fields): string[] => Object.keys(fields).filter((key) => fields[key] !== undefined);
