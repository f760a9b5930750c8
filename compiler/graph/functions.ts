import type { GraphDeclaration } from '../declaration/types.js';
import { OptionError } from '../errors.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import type { Functions } from './fills.js';

/**
 * The functions given for a declaration's host initializers, checked. Not all need be given.
 *
 * @throws OptionError for a name the declaration does not have, and for what is no function
 */
export function readFunctions(functions: Functions, { initializers }: GraphDeclaration): Functions {
  const names = initializers.filter((entry) => 'host' in entry).map(({ name }) => name);
  for (const [name, run] of Object.entries<unknown>(functions)) {
    if (!names.includes(name)) {
      const what = `the declaration has no host initializer '${name}'${didYouMean(name, names)}`;
      throw new OptionError('functions', `functions.${name}`, what);
    }
    if (typeof run !== 'function') {
      throw new OptionError('functions', `functions.${name}`, `must be a function, got ${show(run)}`);
    }
  }
  return functions;
}
