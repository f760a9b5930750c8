import { gzipSync } from 'node:zlib';
import type { Part } from './parts.js';
import type { OpenedModel } from './models.js';

/** `512 B`, `12.3 kB`, as bundlers count: of 1,000 bytes. */
const kilobytes = (bytes: number): string =>
  bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

const sizeOf = (bytes: Uint8Array): string => `${kilobytes(bytes.length)} (${kilobytes(gzipSync(bytes).length)} gzip)`;

/**
 * One line of what a build has made of a model:
 * `model.onnx → assets/model-abc.wasm 12.3 kB (4.1 kB gzip), at batch 1: parameters 8.0 KiB, activations 2.0 KiB, cached`.
 *
 * @param files where the parts went, as far as they are files of their own
 */
export function describeModel(
  { name, parts, memory, isCached, time }: OpenedModel,
  files: Readonly<Partial<Record<Part, string>>>,
): string {
  const written = (Object.entries(parts) as [Part, Uint8Array][]).map(
    ([part, bytes]) => `${files[part] ?? 'inline'} ${part === 'weights' ? kilobytes(bytes.length) : sizeOf(bytes)}`,
  );
  const how = isCached ? 'cached' : `compiled in ${Math.round(time)} ms`;
  return `${name} → ${[...written, ...(memory === undefined ? [] : [memory]), how].join(', ')}`;
}
