import { lstat, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OptionError } from '../errors.js';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
};

const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? message;
};

/** @throws OptionError for a file that cannot be read */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new OptionError('file', path, `cannot be read: ${reasonOf(error)}`);
  }
}

/** @throws OptionError for a file that cannot be read or is no UTF-8 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new OptionError('file', path, 'cannot be read: it is no UTF-8 text');
  }
}

export interface OutputFile {
  readonly path: string;
  readonly data: Uint8Array | string;
}

const missing = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
};

/**
 * The file to put another in the place of, at the end of links. Undefined where the path must be written to as it is: a
 * device, a pipe, a link to nothing or to what has no name.
 */
async function replaceableFile(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(missing);
  if (!found) return (await lstat(path).catch(missing)) ? undefined : path;
  if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  return found.isFile() ? realpath(path).catch(missing) : undefined;
}

/**
 * Writes all of the files or none: each under another name beside its place first, where nothing is left behind if one
 * fails.
 *
 * @throws OptionError for a file that cannot be written
 */
export async function writeFiles(files: readonly OutputFile[]): Promise<void> {
  const written: { readonly path: string; readonly temporary: string; readonly target: string }[] = [];
  let path = '';
  try {
    for (const file of files) {
      path = file.path;
      const target = await replaceableFile(path);
      if (target === undefined) {
        await writeFile(path, file.data);
        continue;
      }
      const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
      written.push({ path, temporary, target });
      await writeFile(temporary, file.data);
    }
    for (const file of written) {
      path = file.path;
      await rename(file.temporary, file.target);
    }
  } catch (error) {
    await Promise.all(written.map(({ temporary }) => rm(temporary, { force: true }).catch(() => undefined)));
    throw new OptionError('file', path, `cannot be written: ${reasonOf(error)}`);
  }
}
