import { OptionError } from './errors.js';
import type { DimOption } from './lower/index.js';
import { show } from './show.js';

/**
 * `batch=1,time<=512`: sizes, and limits of sizes.
 *
 * @param option what the texts are called, for errors
 * @throws OptionError for what is neither
 */
export function readDims(texts: readonly string[], option = '--dims'): Record<string, DimOption> {
  const fail = (what: string): never => {
    throw new OptionError('arguments', option, what);
  };
  const dims: Record<string, DimOption> = {};
  for (const text of texts.flatMap((list) => list.split(','))) {
    const [, name, relation, digits] = /^\s*([^<>=\s]+)\s*(=|<=|>=)\s*(\d+)\s*$/.exec(text) ?? [];
    if (name === undefined) {
      return fail(`must be NAME=SIZE, NAME<=SIZE or NAME>=SIZE, joined by commas, got ${show(text)}`);
    }
    const size = Number(digits);
    const before = Object.hasOwn(dims, name) ? dims[name] : undefined;
    const key = relation === '<=' ? 'max' : 'min';
    if (relation === '=') {
      if (before !== undefined) fail(`${name} is given twice`);
      dims[name] = size;
    } else if (typeof before === 'number' || before?.[key] !== undefined) fail(`${name} is given twice`);
    else dims[name] = { ...before, [key]: size };
  }
  return dims;
}
