import { inflateSync } from 'fflate';
import { ImportError } from '../../errors.js';

const END = 0x06054b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_BYTES = 2 ** 31 - 1;
/** The most that deflated bytes can become, times their number. */
const MOST_EXPANSION = 1032;

/** A file in an archive, as the directory at the archive's end has it. */
interface Entry {
  readonly name: string;
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly start: number;
}

const fail = (subject: string, what: string): never => {
  throw new ImportError('zip', subject, what);
};

/**
 * The files of a zip archive that have one of these names; others are not unpacked.
 *
 * @throws ImportError for what is no such archive, names that stand twice, and files that are encrypted, damaged or larger than
 *   2 GiB
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function readZip(bytes: Uint8Array, names: readonly string[], subject: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const entry of directoryOf(bytes, subject)) {
    if (!names.includes(entry.name)) continue;
    if (found.has(entry.name)) fail(entry.name, 'stands twice in the archive');
    found.set(entry.name, unpack(bytes, entry));
  }
  return found;
}

function directoryOf(bytes: Uint8Array, subject: string): readonly Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view, subject);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (at === 0xffffffff || count === 0xffff) fail(subject, 'is an archive of more than 4 GiB');
  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) {
    if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY) fail(subject, 'its directory is damaged');
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const next = at + 46 + name + extra + comment;
    if (next > end) fail(subject, 'its directory is damaged');
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
    });
    at = next;
  }
  return entries;
}

/** Where the record at the end starts, which a comment may follow. */
function endOf(view: DataView, subject: string): number {
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - 22 - 0xffff; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  return fail(subject, 'is no zip archive, or has lost its end');
}

function unpack(bytes: Uint8Array, { name, isEncrypted, method, crc, packed, size, start }: Entry): Uint8Array {
  if (isEncrypted) return fail(name, 'is encrypted');
  if (method !== 0 && method !== 8) return fail(name, `is packed by method ${method}, which is not read`);
  if (size > MOST_BYTES) return fail(name, 'is larger than 2 GiB');
  if (method === 0 ? size !== packed : size > packed * MOST_EXPANSION) {
    return fail(name, `has ${packed} bytes that cannot become ${size}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (start + 30 > bytes.length || view.getUint32(start, true) !== LOCAL)
    return fail(name, 'is not where it should be');
  const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  if (from + packed > bytes.length) return fail(name, 'ends too early');
  const stored = bytes.subarray(from, from + packed);
  const content = method === 0 ? stored : inflate(stored, name, size);
  if (crc32(content) !== crc) return fail(name, 'is damaged: its checksum differs');
  return content;
}

function inflate(packed: Uint8Array, name: string, size: number): Uint8Array {
  let content: Uint8Array;
  try {
    // One byte more tells what is longer than it says.
    content = inflateSync(packed, { out: new Uint8Array(size + 1) });
  } catch (error) {
    return fail(name, `cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`);
  }
  return content.length === size ? content : fail(name, `has not the ${size} bytes that it says`);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
