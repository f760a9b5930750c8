/** ONNX models from files, with the tensors they keep beside them. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OptionError } from '../../errors.js';
import { readBeside } from '../beside.js';
import { importOnnx, type OnnxModel, type OnnxOptions } from './index.js';

export interface OpenOnnxOptions extends Pick<OnnxOptions, 'bind' | 'outputs'> {
  /** Sees the files of its folder that are read, before they are. */
  readonly onRead?: (path: string) => void;
}

/**
 * Reads a `.onnx` file and whatever tensors it keeps in files of its folder.
 *
 * @throws OptionError for a file that cannot be read · ImportError for one that is no ONNX model
 */
export async function openOnnx(path: string, { onRead, ...options }: OpenOnnxOptions = {}): Promise<OnnxModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new OptionError('file', path, `cannot be read: ${(error as Error).message}`);
  }
  const folder = dirname(path);
  return importOnnx(bytes, {
    ...options,
    externalData: (location, offset, length) => {
      onRead?.(join(folder, location));
      return readBeside(folder, location, { what: 'external data', offset, length });
    },
  });
}
