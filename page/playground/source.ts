/** What dropped files hold, by the ends of their names, as the command line reads them. */
import { printDeclaration } from '../../compiler/print.js';
import { ImportError, OptionError } from '../../compiler/errors.js';
import { kindOfJson } from '../../compiler/import/kind.js';
import { importGraphModel } from '../../compiler/import/tfjs/index.js';
import { importKeras, openKeras } from '../../compiler/import/keras/index.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import type { GivenTensors, ModelSource } from '../../compiler/pipeline.js';

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface OpenedSource {
  readonly model: ModelSource;
  readonly tensors: GivenTensors;
  /** The declaration, of a model that is one. */
  readonly text?: string;
}

const endOf = (name: string): string => name.slice(name.lastIndexOf('.')).toLowerCase();
const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const models = ['.onnx', '.keras', '.h5', '.hdf5', '.json'];

function tensorsIn(files: readonly NamedBytes[]): GivenTensors {
  const found = files.filter(({ name }) => endOf(name) === '.safetensors');
  return Object.assign({}, ...found.map(({ bytes }) => readSafetensors(bytes))) as GivenTensors;
}

function openJson(text: string, files: readonly NamedBytes[]): OpenedSource {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { model: text, tensors: tensorsIn(files), text };
  }
  const read = (path: string): Uint8Array => {
    const file = files.find(({ name }) => name === baseOf(path));
    if (file) return file.bytes;
    throw new ImportError('shard', path, 'is missing; choose it together with model.json');
  };
  switch (kindOfJson(json)) {
    case 'graph-model':
      return { model: importGraphModel(json, read), tensors: {} };
    case 'layers-model':
      return declared(importKeras(json as object, 'weightsManifest' in (json as object) ? read : undefined));
    case 'other':
      return { model: text, tensors: tensorsIn(files), text };
  }
}

const declared = ({ declaration, tensors }: ReturnType<typeof importKeras>): OpenedSource => {
  const text = printDeclaration(declaration);
  return { model: text, tensors, text };
};

/**
 * Reads a model with what belongs to it.
 *
 * @throws OptionError for files that are no model · ImportError for a model that cannot be read
 */
export async function openSource(files: readonly NamedBytes[]): Promise<OpenedSource> {
  const model = models.map((end) => files.find(({ name }) => endOf(name) === end)).find((file) => file !== undefined);
  if (!model) {
    const [first] = files;
    const what =
      first && endOf(first.name) === '.wasm'
        ? 'is compiled already; open the model that it was compiled from'
        : 'is no model; open .onnx, .json (with its .safetensors or shards), .keras or .h5';
    throw new OptionError('file', first?.name ?? 'file', what);
  }
  switch (endOf(model.name)) {
    case '.onnx': {
      const externalData = Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));
      return { model: importOnnx(model.bytes, { externalData }), tensors: {} };
    }
    case '.json':
      return openJson(new TextDecoder().decode(model.bytes), files);
    default:
      return declared(await openKeras(model.bytes));
  }
}
