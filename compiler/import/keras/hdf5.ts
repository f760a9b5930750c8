import { ImportError, NacreError, OptionError } from '../../errors.js';
import { elementCount, type StoredDtype } from '../stored-dtypes.js';
import type { Group, StoredArray } from './tree.js';

interface Metadata {
  /** A class of types of HDF5. */
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
  readonly enum_type?: { readonly members: Readonly<Record<string, number>> };
}

interface Attribute {
  readonly metadata: { readonly size: number; readonly total_size: number };
  readonly value: unknown;
}

interface Entity {
  readonly type: string;
  readonly file_id: bigint;
  readonly path: string;
  readonly attrs: Readonly<Record<string, Attribute>>;
}

interface H5Group extends Entity {
  keys(): string[];
  get(name: string): Entity | null;
}

interface H5Dataset extends Entity {
  readonly shape: readonly number[] | null;
  readonly metadata: Metadata;
}

/** What is used of h5wasm, an optional peer of the package. */
export interface Hdf5Library {
  readonly ready: Promise<{
    readonly FS: { writeFile(path: string, bytes: Uint8Array): void; unlink(path: string): void };
    readonly HEAPU8: Uint8Array;
    _malloc(size: number): number;
    _free(address: number): void;
    get_dataset_data(file: bigint, path: string, count: null, offset: null, strides: null, address: bigint): unknown;
    activate_throwing_error_handler(): unknown;
    deactivate_throwing_error_handler(): unknown;
  }>;
  readonly File: new (path: string, mode: 'r') => H5Group & { readonly file_id: bigint; close(): unknown };
}

type Module = Awaited<Hdf5Library['ready']>;

const LIBRARY = 'h5wasm';

/** The most that a file of deflated chunks can hold, times its own size. */
const MOST_EXPANSION = 1032;
const MOST_BYTES = 2 ** 31 - 1;
const PATH = '/nacre.h5';

/** By a name that bundlers do not follow. */
const importLibrary = (): Promise<unknown> => import(/* webpackIgnore: true */ /* @vite-ignore */ LIBRARY);

/**
 * Gives a file of HDF5 to a function as a tree, which is gone when the function returns.
 *
 * @param load imports h5wasm
 * @throws OptionError where h5wasm is not installed · ImportError for what is no HDF5, and where a part cannot be read
 */
export async function withHdf5<T>(
  bytes: Uint8Array,
  subject: string,
  use: (root: Group) => T,
  load: () => Promise<unknown> = importLibrary,
): Promise<T> {
  const library = await loadLibrary(subject, load);
  if (bytes.length > MOST_BYTES) throw new ImportError('size', subject, 'has more than 2 GiB');
  const module = await library.ready;
  module.activate_throwing_error_handler();
  try {
    module.FS.writeFile(PATH, bytes);
    try {
      const file = guard(subject, 'is no HDF5 file that can be read', () => new library.File(PATH, 'r'));
      try {
        if (file.file_id < 0n) throw new ImportError('hdf5', subject, 'is no HDF5 file that can be read');
        const left = { bytes: Math.min(MOST_BYTES, MOST_EXPANSION * bytes.length), most: bytes.length };
        return use(groupOf(module, file, subject, left));
      } finally {
        if (file.file_id >= 0n) file.close();
      }
    } finally {
      module.FS.unlink(PATH);
    }
  } finally {
    module.deactivate_throwing_error_handler();
  }
}

async function loadLibrary(subject: string, load: () => Promise<unknown>): Promise<Hdf5Library> {
  try {
    const library = (await load()) as Hdf5Library;
    await library.ready;
    return library;
  } catch {
    throw new OptionError('h5wasm', subject, 'keeps its weights in HDF5, which h5wasm reads; npm install h5wasm');
  }
}

/** Faults that HDF5 finds are the file's. */
function guard<T>(subject: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof NacreError) throw error;
    const [line = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n');
    throw new ImportError('hdf5', subject, `${what}${line === '' ? '' : ` (${line.slice(0, 200)})`}`);
  }
}

interface Left {
  /** That may still be read. */
  bytes: number;
  /** Of the file. */
  readonly most: number;
}

function groupOf(module: Module, group: H5Group, subject: string, left: Left): Group {
  const inside = (name: string): string => (group.path === '/' ? name : `${group.path}/${name}`);
  const get = (name: string): Entity | undefined =>
    guard(inside(name), 'cannot be read', () => {
      const entity = group.get(name) ?? undefined;
      if (entity && ['ExternalLink', 'BrokenSoftLink'].includes(entity.type)) {
        throw new ImportError('hdf5', inside(name), 'is a link that leads out of the file');
      }
      return entity;
    });
  return {
    names: () => guard(group.path, 'cannot be read', () => group.keys()),
    group: (name) => {
      const entity = get(name);
      return entity?.type === 'Group' ? groupOf(module, entity as H5Group, subject, left) : undefined;
    },
    array: (name) => {
      const entity = get(name);
      return entity?.type === 'Dataset' ? arrayOf(module, entity as H5Dataset, inside(name), left) : undefined;
    },
    attribute: (name) =>
      guard(group.path, `its attribute ${name} cannot be read`, () => {
        const { [name]: attribute } = group.attrs;
        return attribute && valueOf(attribute, left);
      }),
  };
}

function valueOf(attribute: Attribute, { most }: Left): unknown {
  const { size, total_size } = attribute.metadata;
  // Attributes are not deflated, so that none is larger than the file.
  if (size * total_size > most) throw new Error(`it says that it has ${size * total_size} bytes`);
  return attribute.value ?? undefined;
}

function arrayOf(module: Module, dataset: H5Dataset, name: string, left: Left): StoredArray {
  const { metadata, shape } = guard(name, 'cannot be read', () => {
    return { metadata: dataset.metadata, shape: [...(dataset.shape ?? [0])] };
  });
  const size = elementCount(name, shape) * metadata.size;
  const read = (): Uint8Array<ArrayBuffer> => {
    left.bytes -= size;
    if (left.bytes < 0) throw new ImportError('size', name, `its ${size} bytes are more than the file can hold`);
    if (size === 0) return new Uint8Array(0);
    const address = module._malloc(size);
    if (address === 0) throw new ImportError('size', name, `its ${size} bytes do not fit into memory`);
    try {
      const { file_id, path } = dataset;
      guard(name, 'cannot be read', () => {
        module.get_dataset_data(file_id, path, null, null, null, BigInt(address));
      });
      // Reading may have grown the memory, whose earlier view is then empty.
      return new Uint8Array(module.HEAPU8.slice(address, address + size));
    } finally {
      module._free(address);
    }
  };
  return { shape, dtype: guard(name, 'cannot be read', () => dtypeOf(dataset)), read };
}

/** Codes of H5T_class_t. */
const [INTEGER, FLOAT, OPAQUE, ENUM] = [0, 1, 5, 8] as const;

const floats: Readonly<Record<number, StoredDtype>> = { 2: 'float16', 4: 'float32', 8: 'float64' };
const integers: Readonly<Record<number, readonly [StoredDtype, StoredDtype]>> = {
  1: ['int8', 'uint8'],
  2: ['int16', 'uint16'],
  4: ['int32', 'uint32'],
  8: ['int64', 'uint64'],
};

function dtypeOf({ metadata, attrs }: H5Dataset): StoredDtype | undefined {
  const { type, size, signed, enum_type } = metadata;
  if (type === OPAQUE) return size === 2 && attrs['dtype']?.value === 'bfloat16' ? 'bfloat16' : undefined;
  if (type === FLOAT) return floats[size];
  if (type === INTEGER) return integers[size]?.[signed ? 0 : 1];
  return type === ENUM && size === 1 && enum_type?.members['TRUE'] === 1 ? 'bool' : undefined;
}
