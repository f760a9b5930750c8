/** Files that a model keeps beside itself. */
import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ImportError } from '../errors.js';

/** Whether a path is inside a folder, links resolved. */
function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** What is read: `what` is what errors call it. */
export interface Part {
  readonly what: string;
  /** Bytes before it; 0 where left out. */
  readonly offset?: number;
  /** All that follow where left out. */
  readonly length?: number;
}

/**
 * Reads a part of a file that stands beside or below a model, and no other.
 *
 * @throws ImportError for a file outside the folder, one that cannot be read, and one that ends before the part does
 */
export function readBeside(folder: string, location: string, { what, offset = 0, length }: Part): Uint8Array {
  const subject = `'${location}'`;
  const fail = (fault: string): never => {
    throw new ImportError('external', subject, fault);
  };
  if (!isInside(resolve(folder, location), resolve(folder)))
    return fail(`${what} lies outside the folder of the model`);
  let file: number;
  try {
    const path = realpathSync(join(folder, location));
    if (!isInside(path, realpathSync(folder))) return fail(`${what} lies outside the folder of the model`);
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof ImportError) throw error;
    return fail(`${what} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  try {
    const status = fstatSync(file);
    if (!status.isFile()) return fail(`${what} is no file`);
    const count = length ?? Math.max(0, status.size - offset);
    if (offset + count > status.size) return fail(`has ${status.size} bytes, ${offset + count} are needed`);
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count;) {
      const read = readSync(file, bytes, done, count - done, offset + done);
      if (read === 0) return fail('ends too early');
      done += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
