/** Texts of sizes and times, as the command line writes them. */
import { printDim, printShape, type Dim } from '../compiler/dim.js';
import { thousands } from '../compiler/text.js';
import type { TypeData } from '../compiler/report/model/types.js';

export { byteSize, thousands } from '../compiler/text.js';

/** `34,896`, `418,816*batch`; `…` for what nobody can read. */
export function countText(dim: Dim): string {
  if (typeof dim === 'number') return thousands(dim);
  const text = printDim(dim).replace(/\d+/g, (digits) => thousands(Number(digits)));
  return text.length <= 40 ? text : '…';
}

const shapeText = (shape: readonly Dim[]): string => {
  const text = printShape(shape);
  return text.length <= 60 ? text : `(${shape.map((size) => (typeof size === 'number' ? size : '?')).join(', ')})`;
};

/** `(batch, 10)`, with the dtype where it is not float32. */
export const typeText = ({ dtype, shape }: TypeData): string =>
  dtype === 'float32' ? shapeText(shape) : `${shapeText(shape)} ${dtype}`;

/** `1 layer`, `3 layers` */
export const plural = (count: number, thing: string): string => `${thousands(count)} ${thing}${count === 1 ? '' : 's'}`;

/** `18.2 µs`, `1.31 ms` */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1) return `${Number((milliseconds * 1000).toPrecision(3))} µs`;
  if (milliseconds < 1000) return `${Number(milliseconds.toPrecision(3))} ms`;
  return `${Number((milliseconds / 1000).toPrecision(3))} s`;
}

/** A text that is too long loses what is in the middle: beginning and end of a name tell more. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor((most - 1) * 0.6);
  return `${text.slice(0, most - 1 - end)}…${text.slice(-end)}`;
}
