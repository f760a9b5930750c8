/** What a page runs before the runtime: fetching the files of a model. */

/** Throws what a model says of files that it cannot load. */
export type Fail = (code: string, what: string) => never;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @throws through `fail` where nothing, or something else, is at the place */
export async function fetchFile(url: URL, fail: Fail): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    return fail('fetch', `${url.href} cannot be fetched: ${messageOf(error)}`);
  }
  const { ok, status, headers } = response;
  if (!ok) fail('response', `${url.href} answers with status ${status}; deploy it beside the script that loads it`);
  if (headers.get('content-type')?.startsWith('text/html')) {
    fail('response', `${url.href} answers with a page; deploy the file beside the script that loads it`);
  }
  return response;
}

/** @throws through `fail` where the host refuses the module */
export async function compiling(
  module: Promise<WebAssembly.Module>,
  subject: string,
  fail: Fail,
): Promise<WebAssembly.Module> {
  try {
    return await module;
  } catch (error) {
    const text = messageOf(error);
    const policy = /Content.Security.Policy|unsafe-eval|blocked|disallowed/i.test(text);
    const hint = policy ? "; allow 'wasm-unsafe-eval' in the script-src of the page's policy" : '';
    return fail('compile', `${subject} cannot be compiled: ${text}${hint}`);
  }
}

/** Compiles while the file comes, where the server says what it is. */
export async function fetchModule(url: URL, fail: Fail): Promise<WebAssembly.Module> {
  const response = await fetchFile(url, fail);
  const isStreamed = /^application\/wasm$/i.test(response.headers.get('content-type') ?? '');
  const module = isStreamed
    ? WebAssembly.compileStreaming(response)
    : response.arrayBuffer().then((bytes) => WebAssembly.compile(bytes));
  return compiling(module, url.href, fail);
}
