/** The script that an import of a model gives. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OptionError } from '../errors.js';
import type { Part } from './compile.js';
import type { OpenedModel } from './models.js';
import type { Platform } from './options.js';

/** How the script gets at a file of its model. */
export type Access =
  /** An expression for its URL. */
  | { readonly kind: 'url'; readonly expression: string }
  /** A static import of it gives a `WebAssembly.Module`. */
  | { readonly kind: 'import'; readonly specifier: string };

export interface Surroundings {
  readonly platform: Platform;
  /** Statements that the expressions need, each in a line. */
  readonly prelude?: readonly string[];
  /** Called once for each file that the script refers to. */
  readonly access: (part: Part) => Access;
  /** What stands for an entry of the package in an import: its name, or a path. */
  readonly specifier: (entry: string) => string;
}

/** A file of the plugin that pages run. */
const clientPath = (name: string): string =>
  fileURLToPath(new URL(`client/${name}.js`, import.meta.url)).replaceAll('\\', '/');

/** The path of an entry of the package, for bundlers that would look for the package beside the model. */
export const runtimePath = (entry: string): string =>
  fileURLToPath(
    new URL(`../../${entry.replace(/^nacre\/runtime$/, 'runtime/index').replace(/^nacre\//, '')}.js`, import.meta.url),
  ).replaceAll('\\', '/');

const quote = (text: string): string => JSON.stringify(text);

/** An expression for plain data that minifiers drop where it is not used. */
const data = (value: unknown): string => `/* @__PURE__ */ JSON.parse(${quote(JSON.stringify(value))})`;

/** The statements that make `compile`, and what the script exports as `url`. */
function moduleLines(
  model: OpenedModel,
  { platform, access, specifier: _, prelude = [] }: Surroundings,
): readonly string[] {
  const { inline = false } = model.options;
  const isBoth = model.parts.relaxed !== undefined;
  const parts: readonly Part[] = isBoth ? ['relaxed', 'module'] : ['module'];
  const choose = (values: readonly string[]): string => (isBoth ? `hasRelaxed() ? ${values.join(' : ')}` : values[0]!);
  const relaxed = isBoth ? [`import { hasRelaxed } from ${quote(clientPath('relaxed'))};`] : [];
  const once = (expression: string): readonly string[] => [
    'let compiled;',
    `export const compile = () => (compiled ??= ${expression}.catch((error) => {`,
    '  compiled = undefined;',
    '  throw error;',
    '}));',
  ];
  if (inline) {
    const bytes = parts.map((part) => quote(Buffer.from(model.parts[part]!).toString('base64')));
    return [
      ...relaxed,
      `import { openInline } from ${quote(clientPath('inline'))};`,
      'export const url = undefined;',
      ...once(`openInline(${choose(bytes)}, fail)`),
    ];
  }
  const places = parts.map(access);
  if (places.some(({ kind }) => kind === 'import')) {
    const imports = places.map(
      (place, index) => `import module${index} from ${quote((place as { readonly specifier: string }).specifier)};`,
    );
    return [
      ...relaxed,
      ...imports,
      'export const url = undefined;',
      `export const compile = () => Promise.resolve(${choose(parts.map((_, index) => `module${index}`))});`,
    ];
  }
  const urls = places.map(
    (place) => `/* @__PURE__ */ new URL(${(place as { readonly expression: string }).expression})`,
  );
  const client = platform === 'browser' || platform === 'node' ? platform : 'any';
  return [
    ...relaxed,
    `import { openFile, openModule } from ${quote(clientPath(client))};`,
    ...prelude,
    `export const url = ${choose(urls)};`,
    ...once('openModule(url, fail)'),
  ];
}

/**
 * The text of the script: by default a function that loads the model, and by name its manifest, the URL of the module,
 * that of the weights, and a function that compiles the module.
 *
 * @throws OptionError for a module in a script on a platform that does not compile bytes
 */
export function writeCode(model: OpenedModel, around: Surroundings): string {
  const { options, parts, manifest, path } = model;
  const { runtime = 'full', inline = false } = options;
  const { platform, specifier, access, prelude = [] } = around;
  if (inline && platform === 'cloudflare') {
    throw new OptionError('option', 'inline', 'Cloudflare does not compile WebAssembly from bytes; leave it out');
  }
  const isExternal = parts.weights !== undefined;
  const entry =
    runtime === 'forward' ? 'nacre/runtime/forward' : isExternal ? 'nacre/runtime/external' : 'nacre/runtime';
  const place = isExternal && platform !== 'cloudflare' ? access('weights') : undefined;
  const weights = place?.kind === 'url' ? `/* @__PURE__ */ new URL(${place.expression})` : 'undefined';
  const lines = [
    `import { instantiate, ModuleError } from ${quote(specifier(entry))};`,
    ...(isExternal && runtime === 'forward'
      ? [`import { loadWeights } from ${quote(specifier('nacre/runtime/external'))};`]
      : []),
    ...moduleLines(model, around),
    ...(place && inline
      ? [
          `import { openFile } from ${quote(clientPath(platform === 'browser' || platform === 'node' ? platform : 'any'))};`,
          ...prelude,
        ]
      : []),
    `export const weightsUrl = ${weights};`,
    `export const manifest = ${data(manifest)};`,
    'function fail(code, what) {',
    `  throw new ModuleError(code, ${quote(basename(path))}, what);`,
    '}',
    ...loadLines(runtime, isExternal, place !== undefined),
  ];
  return `${lines.join('\n')}\n`;
}

function loadLines(runtime: 'full' | 'forward', isExternal: boolean, hasUrl: boolean): readonly string[] {
  if (!isExternal) {
    return [
      'export default async function load(options) {',
      `  return instantiate(await compile()${runtime === 'full' ? ', options' : ''});`,
      '}',
    ];
  }
  const file = hasUrl ? 'options.weights ?? openFile(weightsUrl, fail)' : 'options.weights';
  const head = [
    'export default async function load(options = {}) {',
    `  const [module, weights] = await Promise.all([compile(), ${file}]);`,
  ];
  return runtime === 'full'
    ? [...head, '  return instantiate(module, { ...options, weights });', '}']
    : [
        ...head,
        '  const model = await instantiate(module);',
        '  await loadWeights(model, weights);',
        '  return model;',
        '}',
      ];
}
