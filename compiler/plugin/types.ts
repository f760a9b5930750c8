/** Declarations of the models that a project imports, in one file that the plugin writes. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { OpenedModel } from './models.js';
import { splitQuery, type NacreOptions } from './options.js';

interface Imported {
  /** The imports' text without the way to the folder: `digits.onnx?nacre`. */
  readonly suffix: string;
  readonly key: string;
}

const keyOf = (path: string, query: string): string => `${path}${query}`;

/** `../models/digits.onnx?nacre` → `models/digits.onnx?nacre`, which any folder may stand before. */
const suffixOf = (source: string): string => source.replace(/^(\.{1,2}\/)+|^\//, '');

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

/** What a script exports, of a signature that is declared around it. */
const members = (signature: string, { runtime = 'full' }: OpenedModel['options']): string => {
  const model = runtime === 'full' ? 'Model' : 'ForwardModel';
  return `  import type { ForwardModel, Manifest, Model, Signature as Any, Tensor } from 'nacre/runtime';
  import type { ExternalOptions } from 'nacre/runtime/external';

${indent(signature)}
  /** Compiles the module once and gives an instance of its own to each call. */
  export default function load(options?: ExternalOptions): Promise<${model}<Signature>>;
  export function compile(): Promise<WebAssembly.Module>;
  export const manifest: Manifest;
  /** Where the module is fetched from, and its weights if they are in a file. */
  export const url: URL | undefined;
  export const weightsUrl: URL | undefined;
`;
};

const loose = 'type Signature = Any;';

/**
 * The text of the file.
 *
 * @param imports by suffix, what the imports that end in it give; several models make it loose
 */
function declareModels(imports: ReadonlyMap<string, readonly OpenedModel[]>): string {
  const entries = [...imports].sort(([left], [right]) => right.length - left.length || (left < right ? -1 : 1));
  const modules = entries.map(([suffix, models]) => {
    const signatures = new Set(models.map(({ signature }) => signature));
    const [signature] = signatures;
    const exact = signatures.size === 1 ? (signature ?? loose) : loose;
    return `declare module ${JSON.stringify(`*/${suffix}`)} {\n${members(exact, models[0]!.options)}}\n`;
  });
  const head = '/* The models that this project imports, written by nacre: what is edited here is lost. */\n';
  // The first pattern that fits an import is the one that counts.
  const rest = ['*?nacre', '*&nacre'].map(
    (pattern) => `declare module ${JSON.stringify(pattern)} {\n${members(loose, {})}}\n`,
  );
  return [head, ...modules, ...rest].join('\n');
}

export class TypesFile {
  readonly #path: string;
  readonly #imports = new Map<string, Imported>();
  readonly #models = new Map<string, OpenedModel>();

  /** @param root the project's folder, where a name in the options begins */
  constructor({ types }: NacreOptions, root: string) {
    this.#path = resolve(root, typeof types === 'string' ? types : 'nacre-env.d.ts');
  }

  /** Remembers how an import names a model. */
  saw(source: string, path: string, query: string): void {
    const suffix = suffixOf(source);
    const key = keyOf(path, query);
    this.#imports.set(`${suffix}\0${key}`, { suffix, key });
  }

  /** Writes the file anew if this model, which was imported, changes it. */
  know(model: OpenedModel, query: string): void {
    this.#models.set(keyOf(model.path, query), model);
    const bySuffix = new Map<string, OpenedModel[]>();
    for (const { suffix, key } of this.#imports.values()) {
      const known = this.#models.get(key);
      if (known) bySuffix.set(suffix, [...(bySuffix.get(suffix) ?? []), known]);
    }
    const text = declareModels(bySuffix);
    if (readIfThere(this.#path) === text) return;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, text);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** What stands behind the last slash of an import, for bundlers that resolve it themselves. */
export const sourceOf = (resource: string): string => {
  const [path, query] = splitQuery(resource);
  return `${path.replaceAll('\\', '/').split('/').pop()!}${query}`;
};
