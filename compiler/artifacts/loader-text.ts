import type { Manifest } from '../../runtime/manifest.js';
import { VERSION } from '../version.js';

/** Which runtime a loader carries: `nacre/runtime/forward` or `nacre/runtime`. */
export type Runtime = 'forward' | 'full';

/** How it comes to its module: from where it stands itself, by an import, or with it. */
export type Form = 'fetch' | 'import' | 'import?module' | 'inline';

export interface LoaderParts {
  readonly form: Form;
  readonly runtime: Runtime;
  /** For baseline, and for relaxed if there is one. */
  readonly modules: readonly { readonly path: string; readonly binary: Uint8Array; readonly manifest: Manifest }[];
  /** Where external weights stand. */
  readonly weights?: string;
}

/** What a file begins with that `nacre compile` may write over. */
export const WRITTEN = '// Written by nacre ';

/** The classes of errors that a loader exports. */
export const errorClasses = (runtime: Runtime): readonly string[] => [
  ...['InputError', 'ModuleError', 'NacreError', 'ShapeError'],
  ...(runtime === 'full' ? ['VariableError'] : []),
];

const quote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;

/** A path as part of a URL, where these characters end it. */
const urlOf = (path: string): string =>
  quote(path.replaceAll('%', '%25').replaceAll('#', '%23').replaceAll('?', '%3F'));

/** Refuses a module of another compilation: one with the same code and the same seed is the same. */
function checkText({ modules }: LoaderParts): string {
  const known = modules.map(({ manifest: { hash, seed } }) => quote(`${hash}, seed ${seed}`));
  return `const known = [${known.join(', ')}];

const fail = (code, what) => {
  throw new ModuleError(code, 'load', what);
};

function checked(net) {
  const { hash, seed } = net.manifest;
  const got = \`\${hash}, seed \${seed}\`;
  if (known.includes(got)) return net;
  return fail('hash', \`expects module \${known.join(' or ')}, got \${got}; deploy what one compilation has written\`);
}
`;
}

/** Reads what stands at an address. */
const openText = `/** The bytes of a file, the response of a server, or what is no address as it is. */
async function open(source) {
  if (typeof source !== 'string' && typeof source?.href !== 'string') {
    return source?.ok === false ? fail('response', \`the response has status \${source.status}\`) : source;
  }
  let url;
  try {
    url = new URL(source, globalThis.location?.href);
  } catch {
    return fail('url', \`expects an absolute URL, got '\${source}'\`);
  }
  if (url.protocol === 'file:') {
    // In a variable, so that bundlers leave it to the host.
    const files = 'node:fs/promises';
    try {
      const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ files);
      return await readFile(url);
    } catch (error) {
      return fail('file', \`\${url} cannot be read: \${error.message}\`);
    }
  }
  const response = await fetch(url).catch((error) => fail('fetch', \`\${url} cannot be fetched: \${error.message}\`));
  return response.ok ? response : fail('response', \`\${url} has status \${response.status}\`);
}
`;

const compileText = `const cutOff = (error) => fail('fetch', \`the module cannot be read: \${error.message}\`);

/** A compiled module, or bytes that cannot be compiled; while they come, where the server says that they are WebAssembly. */
async function compile(source) {
  const given = await source;
  let got = await open(given);
  if (typeof got?.arrayBuffer === 'function') {
    const type = got.headers?.get('content-type') ?? '';
    if (/^application\\/wasm$/i.test(type) && WebAssembly.compileStreaming) {
      try {
        return await WebAssembly.compileStreaming(got);
      } catch (error) {
        if (got === given) refuse(error);
        // The runtime tells of bytes what is wrong with them.
        got = await open(given);
      }
    }
    got = await got.arrayBuffer().catch(cutOff);
  }
  return typeof got?.byteLength === 'number' ? WebAssembly.compile(got).catch(() => got) : got;
}
`;

/** An expression of the module that the engine runs best. */
const choice = (each: readonly string[]): string =>
  each.length === 1 ? each[0]! : `WebAssembly.validate(RELAXED_PROBE) ? ${each[1]!} : ${each[0]!}`;

const besideText = (name: string, urls: readonly string[], option: string): string => `const ${name} = () => {
  try {
    return ${choice(urls.map((url) => `new URL(${url}, import.meta.url)`))};
  } catch {
    return fail('url', 'this host does not tell where the loader stands; pass ${option}');
  }
};
`;

function fetchText({ modules, weights }: LoaderParts): string {
  const own = besideText(
    'wasmBeside',
    modules.map(({ path }) => urlOf(path)),
    'wasm',
  );
  const beside =
    weights === undefined
      ? { parameters: 'wasm, ...options', text: '', file: '', fill: '' }
      : {
          parameters: 'wasm, weights, ...options',
          text: `${besideText('weightsBeside', [urlOf(weights)], 'weights')}\n`,
          file: ', open((await weights) ?? weightsBeside())',
          fill: '    await loadWeights(net, file);\n',
        };
  const load = `${beside.text}let compiled;
export default async function load({ ${beside.parameters} } = {}) {
  try {
    const module = wasm === undefined ? (compiled ??= compile(wasmBeside())) : compile(wasm);
    const [source${beside.file === '' ? '' : ', file'}] = await Promise.all([module${beside.file}]);
    const net = checked(await instantiate(source, options));
${beside.fill}    return net;
  } catch (error) {
    compiled = undefined;
    throw error;
  }
}
`;
  return [openText, compileText, own, load].join('\n');
}

function importText({ form, modules, weights }: LoaderParts): string {
  const query = form === 'import?module' ? '?module' : '';
  const names = ['baseline', 'relaxed'].slice(0, modules.length);
  const source = modules.length === 1 ? 'baseline' : '{ baseline, relaxed }';
  const imports = modules.map(({ path }, index) => `import ${names[index]!} from ${quote(path + query)};\n`).join('');
  if (weights === undefined) {
    return `${imports}
export function loadSync(options) {
  return checked(instantiateSync(${source}, options));
}

export default async function load(options) {
  return loadSync(options);
}
`;
  }
  return `${imports}
${openText}
export function loadSync({ weights, ...options } = {}) {
  const net = checked(instantiateSync(${source}, options));
  loadWeightsSync(net, weights);
  return net;
}

export default async function load({ weights, ...options } = {}) {
  const net = checked(instantiateSync(${source}, options));
  await loadWeights(net, await open(await weights));
  return net;
}
`;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  // In parts, as an argument list has a limit; of whole groups of three bytes.
  for (let at = 0; at < bytes.length; at += 0x6000)
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + 0x6000)));
  return text;
}

function inlineText({ modules }: LoaderParts): string {
  const names = ['baseline', 'relaxed'].slice(0, modules.length);
  const texts = modules.map(({ binary }, index) => `const ${names[index]!} = ${quote(base64(binary))};\n`).join('');
  return `${texts}
const bytes = () => {
  const text = ${choice(names)};
  return Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
};

export function loadSync(options) {
  return checked(instantiateSync(bytes(), options));
}

let compiled;
export default async function load(options) {
  compiled ??= WebAssembly.compile(bytes()).catch(bytes);
  return checked(await instantiate(await compiled, options));
}
`;
}

/** The text of a loader. */
export async function loaderText(parts: LoaderParts): Promise<string> {
  const { form, runtime, weights, modules } = parts;
  const texts = await import('./runtime-texts.js');
  const isExternal = weights !== undefined;
  const bundle =
    runtime === 'full' ? (isExternal ? 'fullExternal' : 'full') : isExternal ? 'forwardExternal' : 'forward';
  const isImport = form === 'import' || form === 'import?module';
  const names = [
    ...errorClasses(runtime),
    ...(modules.length > 1 && !isImport ? ['RELAXED_PROBE'] : []),
    ...(form === 'import' || form === 'import?module' ? [] : ['instantiate', ...(form === 'fetch' ? ['refuse'] : [])]),
    ...(form === 'fetch' ? [] : ['instantiateSync']),
    ...(isExternal ? ['loadWeights'] : []),
    ...(isExternal && form !== 'fetch' ? ['loadWeightsSync'] : []),
  ];
  const body = isImport ? importText(parts) : form === 'fetch' ? fetchText(parts) : inlineText(parts);
  return `${WRITTEN}${VERSION}.
/* eslint-disable */
export { ${errorClasses(runtime).join(', ')} };

${checkText(parts)}
${body}
/** nacre/runtime${runtime === 'full' ? '' : '/forward'}, MIT licence. */
const { ${names.join(', ')} } = ${texts[bundle]};
`;
}
