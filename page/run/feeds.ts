import type { Feed } from '../../compiler/report/feeds.js';
import type { ModelData, PortData } from '../../compiler/report/model/types.js';
import { volume, type DType } from '../../compiler/tensor.js';
import { bytesOf, type Values } from '../runner/values.js';
import { pixelsToValues, type PixelRange } from './image.js';
import { normalNumbers, uniformNumbers } from './random.js';
import { shapeOf, type Sizes } from './shapes.js';

/** What an input is given. */
export type Choice =
  | { readonly kind: 'normal'; readonly seed: number }
  /** From 0 to before `high`; of integer inputs whole numbers. */
  | { readonly kind: 'uniform'; readonly seed: number; readonly high: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'file'; readonly name: string; readonly feed: Feed }
  | { readonly kind: 'image'; readonly name: string; readonly bitmap: ImageBitmap; readonly range: PixelRange };

export const isFloat = (dtype: DType): boolean => dtype === 'float32';

const arrays: Readonly<Record<DType, new (length: number) => Values>> = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

function filled(dtype: DType, count: number, next: () => number): Values {
  const data = new arrays[dtype](count);
  if (data instanceof BigInt64Array) for (let at = 0; at < count; at++) data[at] = BigInt(Math.floor(next()));
  else for (let at = 0; at < count; at++) data[at] = dtype === 'float32' ? next() : Math.floor(next());
  return data;
}

/** What an input takes by itself: standard normal numbers, or indices of the table that it is looked up in. */
export function firstChoice(port: PortData, model: ModelData): Choice {
  if (isFloat(port.dtype)) return { kind: 'normal', seed: 0 };
  return { kind: 'uniform', seed: 0, high: port.dtype === 'bool' ? 2 : tableSize(port, model) };
}

const FEW = 10;

/** How many rows the tables have that the readers of an input look it up in. */
function tableSize({ name }: PortData, { nodes, edges, variables }: ModelData): number {
  const input = nodes.findIndex(({ role, name: own }) => role === 'input' && own === name);
  const readers = edges.filter(({ from }) => from === input).map(({ to }) => nodes[to]!);
  const rows = readers
    .filter(({ kind }) => /embedding|gather/i.test(kind))
    .flatMap(({ slots }) => slots.map(({ variable }) => variables.find((each) => each.name === variable)?.shape[0]))
    .filter((size) => typeof size === 'number');
  return rows.length === 0 ? FEW : Math.min(...rows);
}

/** @throws Error for sizes that are not known, and for pictures of inputs that are none */
export function feedOf(port: PortData, choice: Choice, sizes: Sizes): Feed {
  if (choice.kind === 'file') return choice.feed;
  const { dtype } = port;
  const shape = shapeOf(port, sizes);
  return { dtype, shape, bytes: bytesOf(valuesFor(port, choice, shape)) };
}

function valuesFor({ name, dtype }: PortData, choice: Exclude<Choice, { kind: 'file' }>, shape: number[]): Values {
  const count = volume(shape);
  switch (choice.kind) {
    case 'normal':
      return filled(dtype, count, normalNumbers(choice.seed));
    case 'uniform': {
      const next = uniformNumbers(choice.seed);
      return filled(dtype, count, () => next() * choice.high);
    }
    case 'constant':
      return filled(dtype, count, () => choice.value);
    case 'image': {
      const pixels = pixelsToValues(choice.bitmap, choice.range, shape, name);
      let at = 0;
      return filled(dtype, count, () => pixels[at++]!);
    }
  }
}
