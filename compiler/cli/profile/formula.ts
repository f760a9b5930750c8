import type { ManifestDim } from '../../../runtime/manifest.js';
import { InternalError } from '../../errors.js';

const escape = (text: string): string => text.replace(/[^\w\s]/g, '\\$&');

/**
 * Reads sizes of a manifest: polynomials over symbols in `+`, `-` and `*`, with `floor((a)/(b))` and `max(a, b)`, see
 * docs/abi.md.
 *
 * @param sizes of all symbols
 * @returns the number that a size comes to. @throws InternalError for text that is no formula over these symbols
 */
export function dimReader(sizes: ReadonlyMap<string, number>): (dim: ManifestDim) => number {
  // Names may hold any character: the longest that fits is meant.
  const names = [...sizes.keys()].sort((a, b) => b.length - a.length).map(escape);
  const token = new RegExp(['floor\\(', 'max\\(', ...names, '\\d+', '\\S'].join('|'), 'g');
  return (dim) => (typeof dim === 'number' ? dim : new Formula(dim, dim.match(token) ?? [], sizes).value());
}

class Formula {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: readonly string[],
    private readonly sizes: ReadonlyMap<string, number>,
  ) {}

  value(): number {
    const value = this.sum();
    if (this.at < this.tokens.length) this.fail();
    return value;
  }

  private fail(): never {
    throw new InternalError(`'${this.text}' is no size`);
  }

  private takes(token: string): boolean {
    const does = this.tokens[this.at] === token;
    if (does) this.at++;
    return does;
  }

  private sum(end?: string): number {
    let value = this.takes('-') ? -this.product() : this.product();
    for (;;) {
      if (this.takes('+')) value += this.product();
      else if (this.takes('-')) value -= this.product();
      else break;
    }
    if (end !== undefined && !this.takes(end)) this.fail();
    return value;
  }

  private product(): number {
    let value = this.factor();
    while (this.takes('*')) value *= this.factor();
    return value;
  }

  private factor(): number {
    if (this.takes('(')) return this.sum(')');
    if (this.takes('max(')) return Math.max(this.sum(','), this.sum(')'));
    if (this.takes('floor(')) {
      const left = this.factor();
      if (!this.takes('/')) this.fail();
      const right = this.sum(')');
      return Math.floor(left / right);
    }
    const token = this.tokens[this.at++] ?? this.fail();
    return this.sizes.get(token) ?? (/^\d+$/.test(token) ? Number(token) : this.fail());
  }
}
