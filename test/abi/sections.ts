/** A section of a WebAssembly binary. */
export interface Section {
  readonly id: number;
  /** Where it starts, its content starts, and it ends. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

function varint(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++]!;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
  }
}

const MEMORY = 5;
const DATA = 11;
export const IMPORT = 2;

export function sectionsOf(binary: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let start = 8; start < binary.length; start = sections.at(-1)!.end) {
    const [size, body] = varint(binary, start + 1);
    sections.push({ id: binary[start]!, start, body, end: body + size });
  }
  return sections;
}

/** The lengths of the data segments. */
export function dataSegments(binary: Uint8Array): number[] {
  const section = sectionsOf(binary).find(({ id }) => id === DATA);
  if (!section) return [];
  let [count, at] = varint(binary, section.body);
  const lengths: number[] = [];
  for (; count > 0; count--) {
    const active = binary[at++] === 0;
    // The offset of an active segment: i32.const, a number, end.
    if (active) at = varint(binary, at + 1)[1] + 1;
    const [length, next] = varint(binary, at);
    lengths.push(length);
    at = next + length;
  }
  return lengths;
}

/** What active data segments put into the memory. */
export function activeSegments(binary: Uint8Array): { readonly offset: number; readonly data: Uint8Array }[] {
  const section = sectionsOf(binary).find(({ id }) => id === DATA);
  if (!section) return [];
  let [count, at] = varint(binary, section.body);
  const segments: { readonly offset: number; readonly data: Uint8Array }[] = [];
  for (; count > 0; count--) {
    const active = binary[at++] === 0;
    let offset = 0;
    // i32.const, a number below 2³¹, end.
    if (active) [offset, at] = varint(binary, at + 1);
    const [length, next] = varint(binary, active ? at + 1 : at);
    at = next + length;
    if (active) segments.push({ offset, data: binary.subarray(next, at) });
  }
  return segments;
}

const encode = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...encode(value >>> 7)]);

/** The least and the most pages that the memory declares. */
export function memoryPages(binary: Uint8Array): { readonly least: number; readonly most: number } {
  const { body } = sectionsOf(binary).find(({ id }) => id === MEMORY)!;
  const [least, at] = varint(binary, body + 2);
  return { least, most: varint(binary, at)[0] };
}

/** The module with another maximum of its memory, in pages. */
export function limitMemory(binary: Uint8Array, most: number): Uint8Array {
  const { start, body, end } = sectionsOf(binary).find(({ id }) => id === MEMORY)!;
  const [least] = varint(binary, body + 2);
  const content = [1, 1, ...encode(least), ...encode(most)];
  return Uint8Array.from([...binary.subarray(0, start), MEMORY, content.length, ...content, ...binary.subarray(end)]);
}
