/** ONNX models from files, with the tensors they keep beside them. */
import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ImportError, OptionError } from '../../errors.js';
import { importOnnx, type OnnxModel, type OnnxOptions } from './index.js';

/** Whether a path is inside a folder, links resolved. */
function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Reads a part of a file that stands beside or below a model, and no other. */
function readPart(folder: string, location: string, offset: number, length: number): Uint8Array {
  const subject = `'${location}'`;
  const fail = (what: string): never => {
    throw new ImportError('external', subject, what);
  };
  if (!isInside(resolve(folder, location), resolve(folder)))
    return fail('external data lies outside the folder of the model');
  let file: number;
  try {
    const path = realpathSync(join(folder, location));
    if (!isInside(path, realpathSync(folder))) return fail('external data lies outside the folder of the model');
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof ImportError) throw error;
    return fail(`external data cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  try {
    const status = fstatSync(file);
    if (!status.isFile()) return fail('external data is no file');
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

/**
 * Reads a `.onnx` file and whatever tensors it keeps in files of its folder.
 *
 * @throws OptionError for a file that cannot be read · ImportError for one that is no ONNX model
 */
export async function openOnnx(path: string, options: Pick<OnnxOptions, 'bind' | 'outputs'> = {}): Promise<OnnxModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new OptionError('file', path, `cannot be read: ${(error as Error).message}`);
  }
  const folder = dirname(path);
  return importOnnx(bytes, {
    ...options,
    externalData: (location, offset, length) => readPart(folder, location, offset, length),
  });
}
