import { ModuleError } from '../../runtime/errors.js';
import { ABI_VERSION, MANIFEST_SECTION, type Manifest } from '../../runtime/manifest.js';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** An unsigned LEB128 number and where it ends. */
function readVarint(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  for (let at = start, scale = 1; ; at++, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, at + 1];
  }
}

function findSection(bytes: Uint8Array, wanted: string): Uint8Array | undefined {
  const decoder = new TextDecoder();
  let at = HEADER.length;
  while (at < bytes.length) {
    const id = bytes[at];
    const [size, body] = readVarint(bytes, at + 1);
    at = body + size;
    if (id !== 0) continue;
    const [length, name] = readVarint(bytes, body);
    if (decoder.decode(bytes.subarray(name, name + length)) === wanted) return bytes.subarray(name + length, at);
  }
  return undefined;
}

/**
 * The manifest of a module, which this host need not be able to run.
 *
 * @param path the module's, for errors
 * @throws ModuleError for what is no module of nacre's
 */
export function readManifest(bytes: Uint8Array, path: string): Manifest {
  if (HEADER.some((byte, at) => bytes[at] !== byte)) throw new ModuleError('damaged', path, 'is no WebAssembly module');
  const section = findSection(bytes, MANIFEST_SECTION);
  if (!section) throw new ModuleError('foreign', path, 'was not compiled by nacre, or is cut off');
  let manifest: Manifest;
  try {
    manifest = JSON.parse(new TextDecoder().decode(section)) as Manifest;
  } catch {
    throw new ModuleError('damaged', path, 'is damaged: its manifest cannot be read');
  }
  if (manifest.abi === ABI_VERSION) return manifest;
  throw new ModuleError(
    'abi',
    path,
    `has ABI version ${manifest.abi}, this nacre reads ${ABI_VERSION}; compile it again`,
  );
}
