/** `#host` where there is no Node: a page, a worker. Files are fetched from beside the bundle. */
import { assets, type AssetName } from '../../../assets.js';
import { ModuleError } from '../../../runtime/errors.js';
import type { Binaryen } from './binaryen.js';

const unavailable = (name: AssetName, what: string): ModuleError =>
  new ModuleError('asset', name, `${what}; serve the .wasm files of nacre beside its bundle`);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function fetchAsset(name: AssetName): Promise<Response> {
  const { href } = assets[name];
  let response: Response;
  try {
    response = await fetch(href);
  } catch (error) {
    throw unavailable(name, `cannot be fetched from ${href} (${textOf(error)})`);
  }
  if (!response.ok) throw unavailable(name, `cannot be fetched from ${href} (status ${response.status})`);
  // Servers of single-page applications answer any path with their page.
  if (isOf(response, 'text/html')) throw unavailable(name, `${href} is a page, no module`);
  return response;
}

const isOf = ({ headers }: Response, type: string): boolean => (headers.get('content-type') ?? '').startsWith(type);

/**
 * The bytes of a file that was built with the package.
 *
 * @throws ModuleError where it cannot be fetched
 */
export const readAsset = async (name: AssetName): Promise<Uint8Array> =>
  new Uint8Array(await (await fetchAsset(name)).arrayBuffer());

/** @throws ModuleError where Binaryen cannot be fetched or is no module */
async function compileAsset(name: AssetName): Promise<WebAssembly.Module> {
  const response = await fetchAsset(name);
  try {
    return isOf(response, 'application/wasm')
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    throw new ModuleError('asset', name, `does not compile: ${textOf(error)}`);
  }
}

/**
 * A new instance of Binaryen, whose code and module are loaded by this call.
 *
 * @throws ModuleError where they cannot be fetched
 */
export async function instantiateBinaryen(): Promise<Binaryen> {
  const [{ default: instantiate }, module] = await Promise.all([
    import('./binaryen.js'),
    compileAsset('binaryen.wasm'),
  ]);
  return new Promise((resolve, reject) => {
    const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object => {
      WebAssembly.instantiate(module, imports).then(done, reject);
      return {};
    };
    instantiate({ instantiateWasm }).then(resolve, reject);
  });
}
