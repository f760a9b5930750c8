import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ImportError } from '../errors.js';

/** Whether a path is inside a folder, links resolved. */
function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/**
 * Reads a file that stands beside or below a model, or a part of one, and no other.
 *
 * @param what the file is to the model
 * @throws ImportError for one that lies elsewhere, links resolved, or cannot be read
 */
export function readBeside(
  folder: string,
  location: string,
  what: string,
  part?: { readonly offset: number; readonly length: number },
): Uint8Array {
  const subject = `'${location}'`;
  const fail = (reason: string): never => {
    throw new ImportError('external', subject, reason);
  };
  const outside = `${what} lies outside the folder of the model`;
  if (!isInside(resolve(folder, location), resolve(folder))) return fail(outside);
  let file: number;
  try {
    const path = realpathSync(join(folder, location));
    if (!isInside(path, realpathSync(folder))) return fail(outside);
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof ImportError) throw error;
    return fail(`${what} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  try {
    const status = fstatSync(file);
    if (!status.isFile()) return fail(`${what} is no file`);
    const { offset, length } = part ?? { offset: 0, length: status.size };
    if (offset + length > status.size) return fail(`has ${status.size} bytes, ${offset + length} are needed`);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const count = readSync(file, bytes, done, length - done, offset + done);
      if (count === 0) return fail('ends too early');
      done += count;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
