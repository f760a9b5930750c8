import { formOf, newestOpset, oldestOpset } from './define.js';
import { operators } from './table.js';

/** The versions of the operator set in which an operator is read, as runs of one form each: `6–12, 13–27`. */
export function versionsRead(op: string): string {
  const versions = operators[op];
  if (!versions) return '';
  const runs: [first: number, last: number][] = [];
  let before: unknown;
  for (let opset = oldestOpset; opset <= newestOpset; opset++) {
    const form = formOf(versions, opset);
    if (!form) continue;
    if (form === before) runs.at(-1)![1] = opset;
    else runs.push([opset, opset]);
    before = form;
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}

/** Every operator that is read, in alphabetical order. */
export const operatorNames = (): readonly string[] => Object.keys(operators).sort();
