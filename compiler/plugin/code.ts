/** The script that an import of a model gives. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OptionError } from '../errors.js';
import type { OpenedModel } from './models.js';
import type { Platform } from './options.js';
import type { Part } from './parts.js';

/** How the script gets at a file of its model. */
export type Access =
  /** The arguments of `new URL`. */
  | { readonly kind: 'url'; readonly expression: string }
  /** A static import of it gives a `WebAssembly.Module`. */
  | { readonly kind: 'import'; readonly specifier: string };

export interface Surroundings {
  readonly platform: Platform;
  /** Statements that the expressions need, each in a line; read once each file was accessed. */
  readonly prelude?: readonly string[];
  /** Called once for each file that the script refers to. */
  readonly access: (part: Part) => Access;
  /** What stands for an entry of the package in an import: its name, or a path. */
  readonly specifier: (entry: string) => string;
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url)).replaceAll('\\', '/');

const entries: Readonly<Record<string, string>> = {
  'nacre/runtime': '../../runtime/index.js',
  'nacre/runtime/external': '../../runtime/external.js',
  'nacre/runtime/forward': '../../runtime/forward.js',
};

/** The path of a runtime, for bundlers that would look for the package beside the model. */
export const runtimePath = (entry: string): string => pathOf(entries[entry]!);

const quote = (text: string): string => JSON.stringify(text);

/** An import of what pages run of the plugin. */
const clientImport = (names: string, file: string): string =>
  `import { ${names} } from ${quote(pathOf(`client/${file}.js`))};`;

/** An expression for plain data that minifiers drop where it is not used. */
const data = (value: unknown): string => `/* @__PURE__ */ JSON.parse(${quote(JSON.stringify(value))})`;

const urlOf = (place: Access): string =>
  place.kind === 'url' ? `/* @__PURE__ */ new URL(${place.expression})` : 'undefined';

/** How the script gets its module. */
interface Opening {
  readonly imports: readonly string[];
  /** An expression for the URL of the module. */
  readonly url: string;
  /** An expression for a promise of the module. */
  readonly module: string;
}

/** Of two forms the page takes the one that its engine runs. */
function openingOf(model: OpenedModel, { access }: Surroundings): Opening {
  const isBoth = model.parts.relaxed !== undefined;
  const parts: readonly Part[] = isBoth ? ['relaxed', 'module'] : ['module'];
  const choose = (values: readonly string[]): string => (isBoth ? `hasRelaxed() ? ${values.join(' : ')}` : values[0]!);
  const probe = isBoth ? [clientImport('hasRelaxed', 'relaxed')] : [];
  if (model.options.inline) {
    const bytes = parts.map((part) => quote(Buffer.from(model.parts[part]!).toString('base64')));
    const imports = [...probe, clientImport('openInline', 'inline')];
    return { imports, url: 'undefined', module: `openInline(${choose(bytes)}, fail)` };
  }
  const places = parts.map(access);
  const specifiers = places.flatMap((place) => (place.kind === 'import' ? [place.specifier] : []));
  if (specifiers.length > 0) {
    const imports = specifiers.map((specifier, index) => `import module${index} from ${quote(specifier)};`);
    const modules = specifiers.map((_, index) => `module${index}`);
    return { imports: [...probe, ...imports], url: 'undefined', module: `Promise.resolve(${choose(modules)})` };
  }
  return { imports: probe, url: choose(places.map(urlOf)), module: 'openModule(url, fail)' };
}

/**
 * The text of the script: by default a function that loads the model, and by name its manifest, the URL of the module,
 * that of the weights, and a function that compiles the module.
 *
 * @throws OptionError for a module in a script on a platform that does not compile bytes
 */
export function writeCode(model: OpenedModel, around: Surroundings): string {
  const { options, parts, manifest, path, name } = model;
  const { runtime = 'full', inline = false } = options;
  const { platform, specifier, access } = around;
  if (inline && platform === 'cloudflare') {
    const text = 'Cloudflare does not compile WebAssembly from bytes; leave it out';
    throw new OptionError('option', `${name}: inline`, text);
  }
  const isExternal = parts.weights !== undefined;
  const opening = openingOf(model, around);
  const weightsUrl = isExternal && platform !== 'cloudflare' ? urlOf(access('weights')) : 'undefined';
  const isFetched = opening.url !== 'undefined' || weightsUrl !== 'undefined';
  const client = platform === 'browser' || platform === 'node' ? platform : 'any';
  const lines = [
    ...runtimeImports(runtime, isExternal, specifier),
    ...(isFetched ? [clientImport('openFile, openModule', client)] : []),
    ...opening.imports,
    ...(isFetched ? (around.prelude ?? []) : []),
    'let compiled;',
    'function fail(code, what) {',
    `  throw new ModuleError(code, ${quote(basename(path))}, what);`,
    '}',
    `export const url = ${opening.url};`,
    `export const weightsUrl = ${weightsUrl};`,
    `export const manifest = ${data(manifest)};`,
    'export function compile() {',
    `  return (compiled ??= ${opening.module}.catch((error) => {`,
    '    compiled = undefined;',
    '    throw error;',
    '  }));',
    '}',
    ...loadLines(runtime, isExternal, weightsUrl !== 'undefined'),
  ];
  return `${lines.join('\n')}\n`;
}

type Runtime = 'full' | 'forward';

function runtimeImports(
  runtime: Runtime,
  isExternal: boolean,
  specifier: Surroundings['specifier'],
): readonly string[] {
  const external = quote(specifier('nacre/runtime/external'));
  if (runtime === 'forward') {
    const small = `import { instantiate, ModuleError } from ${quote(specifier('nacre/runtime/forward'))};`;
    return isExternal ? [small, `import { loadWeights } from ${external};`] : [small];
  }
  const from = isExternal ? external : quote(specifier('nacre/runtime'));
  return [`import { instantiate, ModuleError } from ${from};`];
}

function loadLines(runtime: Runtime, isExternal: boolean, hasUrl: boolean): readonly string[] {
  const isFull = runtime === 'full';
  if (!isExternal) {
    const given = isFull ? ', options' : '';
    return ['export default async function load(options) {', `  return instantiate(await compile()${given});`, '}'];
  }
  const weights = hasUrl ? 'options.weights ?? openFile(weightsUrl, fail)' : 'options.weights';
  return [
    'export default async function load(options = {}) {',
    `  const [module, weights] = await Promise.all([compile(), ${weights}]);`,
    ...(isFull
      ? ['  return instantiate(module, { ...options, weights });']
      : ['  const model = await instantiate(module);', '  await loadWeights(model, weights);', '  return model;']),
    '}',
  ];
}
