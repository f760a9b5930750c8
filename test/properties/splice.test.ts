import test from 'ava';
import fc from 'fast-check';
import { customSection, join, placeholder, splicePayloads } from '../../compiler/emit/splice.js';
import { holds } from './holds.js';

/** Payload sizes about the places where one more byte is needed to write them. */
const edges = [0, 1, 7, 8, 9, 127, 128, 129, 16383, 16384, 16385, 2097151, 2097152, 2097153];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

const section = (id: number, content: readonly number[]): Uint8Array =>
  Uint8Array.from([id, ...unsigned(content.length), ...content]);
const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (name: string): number[] => [...unsigned(name.length), ...new TextEncoder().encode(name)];

interface ActiveSegment {
  readonly offset: number;
  readonly data: Uint8Array;
}

/** `i32.const`, signed, for a number below 2³⁰. */
const constant = (value: number): number[] => {
  const bytes = unsigned(value);
  const high = bytes.at(-1)! & 0x40 ? [...bytes.slice(0, -1), bytes.at(-1)! | 0x80, 0] : bytes;
  return [0x41, ...high];
};

const PAGES = 40;

/**
 * A module with active segments and as many passive ones that hold placeholders; `load<i>(address, from, bytes)` copies
 * from the i-th of those into memory.
 */
function moduleOf(active: readonly ActiveSegment[], passive: number, passiveFirst: boolean): Uint8Array {
  const actives = active.map(({ offset, data }) => [0, ...constant(offset), 0x0b, ...unsigned(data.length), ...data]);
  const passives = Array.from({ length: passive }, (_, i) => [1, 8, ...placeholder(i)]);
  const first = passiveFirst ? 0 : active.length;
  const load = (i: number): number[] => {
    const body = [0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfc, 8, ...unsigned(first + i), 0, 0x0b];
    return [...unsigned(body.length), ...body];
  };
  const functions = Array.from({ length: passive }, (_, i) => i);
  return join([
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    section(1, vector([[0x60, 3, 0x7f, 0x7f, 0x7f, 0]])),
    section(3, vector(functions.map(() => [0]))),
    section(5, vector([[0, PAGES]])),
    section(7, vector([[...text('memory'), 2, 0], ...functions.map((i) => [...text(`load${i}`), 0, ...unsigned(i)])])),
    section(12, unsigned(active.length + passive)),
    section(10, vector(functions.map(load))),
    section(11, vector(passiveFirst ? [...passives, ...actives] : [...actives, ...passives])),
    customSection('after', Uint8Array.of(1, 2, 3)),
  ]);
}

/** The first thing wrong with a module into which payloads were spliced. */
function fault(
  active: readonly ActiveSegment[],
  payloads: readonly Uint8Array[],
  passiveFirst: boolean,
): string | undefined {
  const binary = splicePayloads(moduleOf(active, payloads.length, passiveFirst), payloads);
  const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
  const [after] = WebAssembly.Module.customSections(module, 'after');
  if (new Uint8Array(after!).join() !== '1,2,3') return 'the last section';
  const exports = new WebAssembly.Instance(module).exports as Record<string, (...args: number[]) => void>;
  const { buffer } = (exports as unknown as { memory: WebAssembly.Memory }).memory;
  const same = (at: number, bytes: Uint8Array): boolean =>
    Buffer.compare(new Uint8Array(buffer, at, bytes.length), bytes) === 0;
  const lost = active.findIndex(({ offset, data }) => !same(offset, data));
  if (lost >= 0) return `active segment ${lost}`;
  const wrong = payloads.findIndex((payload, i) => {
    exports[`load${i}`]!(0, 0, payload.length);
    if (!same(0, payload)) return true;
    try {
      exports[`load${i}`]!(0, 0, payload.length + 1);
    } catch {
      return false;
    }
    return true;
  });
  return wrong >= 0 ? `payload ${wrong}` : undefined;
}

const filled = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24);

for (const size of edges) {
  test(`a payload of ${size} bytes`, (t) => {
    t.is(fault([{ offset: 3, data: filled(5, 1) }], [filled(size, 2)], false), undefined);
  });
}

test('payloads of any number and size, beside active segments', (t) => {
  const size = fc.oneof(fc.constantFrom(...edges.filter((edge) => edge < 20000)), fc.nat(300));
  const payload = fc.tuple(size, fc.nat(99)).map(([length, seed]) => filled(length, seed));
  // Segments that look like placeholders, active and as payloads, are data as any other.
  const lookalike = fc.nat(3).map((index) => placeholder(index));
  const active = fc.array(fc.oneof(payload, lookalike), { maxLength: 3 });
  const property = fc.property(
    active,
    fc.array(fc.oneof(payload, lookalike), { maxLength: 140 }),
    fc.boolean(),
    (contents, payloads, passiveFirst) => {
      const segments = contents.map((data, i) => ({ offset: 2 ** 20 + i * 2 ** 15, data }));
      const found = fault(segments, payloads, passiveFirst);
      if (found) throw new Error(found);
    },
  );
  holds(t, property, 60);
});

test('a payload without a place is a fault', (t) => {
  const binary = moduleOf([], 1, true);
  const payloads = [filled(3, 1), filled(3, 2)];
  t.throws(() => splicePayloads(binary, payloads), { message: 'internal: 1 of 2 weights found a place' });
  t.throws(() => splicePayloads(binary.subarray(0, 8), payloads), {
    message: 'internal: no data section for the weights',
  });
});
