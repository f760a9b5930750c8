import { InternalError } from '../errors.js';

const DATA_SECTION = 11;

/** Unsigned LEB128 at `at`: the value and the offset after it. */
function readVarint(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low + 128 : low);
  } while (value > 0);
  return bytes;
}

/** Eight bytes that stand for the payload number `index` until it is spliced in. */
export const placeholder = (index: number): Uint8Array =>
  Uint8Array.from([0x6e, 0x61, 0x63, 0x72, index & 255, (index >> 8) & 255, (index >> 16) & 255, (index >> 24) & 255]);

/**
 * Puts payloads in the places of passive data segments that hold their placeholders, so that Binaryen never sees the
 * bytes of weights.
 */
export function splicePayloads(binary: Uint8Array, payloads: readonly Uint8Array[]): Uint8Array {
  if (payloads.length === 0) return binary;
  const section = dataSection(binary);
  if (!section) throw new InternalError('no data section for the weights');
  const parts = spliceSection(binary.subarray(section.body, section.end), payloads);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const head = Uint8Array.from([DATA_SECTION, ...varint(size)]);
  return join([binary.subarray(0, section.start), head, ...parts, binary.subarray(section.end)]);
}

/** The bytes of a module but those in its passive data segments, which are the values that travel with it. */
export function withoutPayloads(binary: Uint8Array): Uint8Array {
  const section = dataSection(binary);
  if (!section) return binary;
  const content = binary.subarray(section.body, section.end);
  const parts = segmentsIn(content)
    .filter(({ passive }) => passive)
    .map(({ data, end }) => [section.body + data, section.body + end] as const);
  const ends = [0, ...parts.map(([, end]) => end)];
  return join(ends.map((end, index) => binary.subarray(end, parts[index]?.[0] ?? binary.length)));
}

function dataSection(
  binary: Uint8Array,
): { readonly start: number; readonly body: number; readonly end: number } | null {
  for (let start = 8; start < binary.length;) {
    const [length, body] = readVarint(binary, start + 1);
    if (binary[start] === DATA_SECTION) return { start, body, end: body + length };
    start = body + length;
  }
  return null;
}

interface SegmentRange {
  readonly passive: boolean;
  /** Offsets of the segment, of its bytes, and after them. */
  readonly start: number;
  readonly data: number;
  readonly end: number;
}

function segmentsIn(section: Uint8Array): SegmentRange[] {
  const [count, first] = readVarint(section, 0);
  const ranges: SegmentRange[] = [];
  for (let start = first; ranges.length < count; start = ranges.at(-1)!.end) {
    const passive = section[start] === 1;
    // An active segment's offset is one i32.const: opcode, signed LEB128, end.
    let next = start + 1;
    if (!passive) {
      next++;
      while (section[next]! >= 0x80) next++;
      next += 2;
    }
    const [length, data] = readVarint(section, next);
    ranges.push({ passive, start, data, end: data + length });
  }
  return ranges;
}

function spliceSection(section: Uint8Array, payloads: readonly Uint8Array[]): Uint8Array[] {
  const ranges = segmentsIn(section);
  const parts: Uint8Array[] = [section.subarray(0, ranges[0]?.start ?? section.length)];
  let spliced = 0;
  for (const { passive, start, data, end } of ranges) {
    const content = section.subarray(data, end);
    const index = content.length === 8 && passive ? payloadIndex(content) : -1;
    const payload = payloads[index];
    if (payload) {
      parts.push(Uint8Array.from([1, ...varint(payload.length)]), payload);
      spliced++;
    } else {
      parts.push(section.subarray(start, end));
    }
  }
  if (spliced !== payloads.length) throw new InternalError(`${spliced} of ${payloads.length} weights found a place`);
  return parts;
}

function payloadIndex(content: Uint8Array): number {
  const index = content[4]! | (content[5]! << 8) | (content[6]! << 16) | (content[7]! << 24);
  return placeholder(index).every((byte, i) => byte === content[i]) ? index : -1;
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A custom section, header included. */
export function customSection(name: string, content: Uint8Array): Uint8Array {
  const title = new TextEncoder().encode(name);
  const head = [...varint(title.length), ...title];
  return join([Uint8Array.from([0, ...varint(head.length + content.length), ...head]), content]);
}
