import { readFileSync, writeFileSync } from 'node:fs';
import type { Network, Values } from '../network.js';
import { translate } from '../onnx/translate.js';
import { restore, root, store } from './side.js';

const MODEL = 'model.onnx';
const INPUTS = 'inputs';

/** Where the rivals are installed, beside the sources and out of the compiler's sight. */
export const bench = new URL('bench/', root);

/** Writes the network as an ONNX file and its inputs in that file's layout. */
export function writeOnnx(network: Network, folder: URL): void {
  const { bytes, inputs } = translate(network);
  writeFileSync(new URL(MODEL, folder), bytes);
  store(new URL(INPUTS, folder), inputs);
}

export const readOnnx = (folder: URL) => ({
  bytes: readFileSync(new URL(MODEL, folder)),
  inputs: Object.entries(restore(new URL(INPUTS, folder)) as Record<string, Values>),
});
