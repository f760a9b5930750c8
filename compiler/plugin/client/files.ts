import { compiling, fetchFile, fetchModule, type Fail } from './fetch.js';

interface FileSystem {
  readFile(url: URL): Promise<Uint8Array<ArrayBuffer>>;
}

/** Opens URLs of files by a file system, and others by `fetch`. */
export function openWith(files: () => Promise<FileSystem>): {
  readonly openFile: (url: URL, fail: Fail) => Promise<Response | Uint8Array>;
  readonly openModule: (url: URL, fail: Fail) => Promise<WebAssembly.Module>;
} {
  const read = async (url: URL, fail: Fail): Promise<Uint8Array<ArrayBuffer>> => {
    try {
      return await (await files()).readFile(url);
    } catch (error) {
      const { code } = error as { readonly code?: string };
      return fail(
        'file',
        `${url.href} cannot be read: ${code ?? String(error)}; deploy it beside the script that loads it`,
      );
    }
  };
  return {
    openFile: (url, fail) => (url.protocol === 'file:' ? read(url, fail) : fetchFile(url, fail)),
    openModule: async (url, fail) => {
      if (url.protocol !== 'file:') return fetchModule(url, fail);
      const bytes = await read(url, fail);
      return compiling(WebAssembly.compile(bytes), url.href, fail);
    },
  };
}
