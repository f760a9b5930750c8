import { OptionError } from '../errors.js';
import { show } from '../show.js';

export { readDims } from '../dims-text.js';

const fail = (option: string, what: string): never => {
  throw new OptionError('arguments', option, what);
};

/** A seed below 2⁶⁴. */
export function readSeed(text: string): bigint {
  const seed = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (seed >= 0n && seed >> 64n === 0n) return seed;
  return fail('--seed', `must be a whole number from 0 to 2^64 - 1, got ${show(text)}`);
}

/** A whole number of at least 1. */
export function readCount(option: string, text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(count) && count >= 1
    ? count
    : fail(option, `must be a whole number of at least 1, got ${show(text)}`);
}

/** A number of at least 0. */
export function readTolerance(option: string, text: string): number {
  const number = text.trim() === '' ? NaN : Number(text);
  return number >= 0 && number < Infinity ? number : fail(option, `must be a number of at least 0, got ${show(text)}`);
}

/** `name=file` */
export function readAssignment(option: string, text: string): readonly [name: string, file: string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    fail(option, `must be NAME=${option === '--bind' ? 'VALUE' : 'FILE'}, got ${show(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
