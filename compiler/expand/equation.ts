import { equal, type Dim } from '../dim.js';
import { ImportError } from '../errors.js';
import type { ExpandContext } from './context.js';

/** The axes of a tensor in an Einstein sum: a letter each, or '.0', '.1', … for those that an ellipsis stands for. */
export type Labels = readonly string[];

export interface Equation {
  readonly inputs: readonly Labels[];
  readonly output: Labels;
  readonly sizes: ReadonlyMap<string, Dim>;
}

/** The labels of a term; an ellipsis stands for the last of `most` axes, as many as the tensor has beyond the letters. */
function labelsOf(term: string, rank: number | undefined, most: number, refuse: (what: string) => never): Labels {
  const parts = term.match(/\.\.\.|[A-Za-z]/g) ?? [];
  if (parts.join('') !== term) return refuse(`'${term}' is no term`);
  const letters = parts.filter((part) => part !== '...').length;
  if (parts.length - letters > 1) return refuse(`'${term}' has two ellipses`);
  const covered = rank === undefined ? most : rank - letters;
  if (covered < 0 || (rank !== undefined && parts.length === letters && covered !== 0)) {
    return refuse(`'${term}' does not fit a tensor of rank ${rank}`);
  }
  return parts.flatMap((part) =>
    part === '...' ? Array.from({ length: covered }, (_, axis) => `.${most - covered + axis}`) : [part],
  );
}

/**
 * Reads an equation such as `bij,bjk->bik`. Without an arrow the output has the ellipsis, then the letters that occur once,
 * in alphabetical order.
 *
 * @throws ImportError for one that does not fit the shapes
 */
export function parseEquation(context: ExpandContext, text: string, shapes: readonly (readonly Dim[])[]): Equation {
  const { build } = context;
  const refuse = (what: string): never => {
    throw new ImportError('attribute', build.subject, `equation '${text}': ${what}`);
  };
  const [left = '', right, ...more] = text.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  if (more.length > 0) refuse('it has two arrows');
  if (terms.length !== shapes.length) refuse(`it has ${terms.length} terms for ${shapes.length} inputs`);
  const letters = (term: string): number => (term.match(/[A-Za-z]/g) ?? []).length;
  const most = Math.max(0, ...terms.map((term, at) => (term.includes('...') ? shapes[at]!.length - letters(term) : 0)));
  const inputs = terms.map((term, at) => labelsOf(term, shapes[at]!.length, most, refuse));
  const sizes = new Map<string, Dim>();
  inputs.forEach((labels, at) => {
    labels.forEach((label, axis) => {
      const [known, own] = [sizes.get(label) ?? 1, shapes[at]![axis]!];
      if (known === 1) sizes.set(label, own);
      if (known === 1 || own === 1 || equal(known, own)) return;
      build.require('equal', own, known, `axes of one letter in '${text}' have sizes {expected} and {got}`);
      if (typeof own === 'number') sizes.set(label, own);
    });
  });
  const ellipsis = Array.from({ length: most }, (_, axis) => `.${axis}`);
  const count = (letter: string): number => inputs.flat().filter((label) => label === letter).length;
  const once = [...sizes.keys()].filter((label) => !label.startsWith('.') && count(label) === 1).sort();
  const output = right === undefined ? [...ellipsis, ...once] : labelsOf(right, undefined, most, refuse);
  for (const label of output) {
    if (!sizes.has(label)) refuse(`no input has '${label}'`);
    if (output.indexOf(label) !== output.lastIndexOf(label)) refuse(`the output has '${label}' twice`);
  }
  return { inputs, output, sizes };
}
