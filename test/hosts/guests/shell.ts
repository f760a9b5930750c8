// For the shells of JavaScript engines, as a classic script: prints what the engine made of the modules of the working
// folder, or why it runs none, as JSON. The loader takes TextDecoder and console from its host; all else is the language's.
import type { Modules } from '../host.js';
import { digestAll } from '../loader.js';

/** What jsc and js have, some under the one and some under the other name. */
interface Shell {
  print(text: string): void;
  readFile?(path: string, mode: 'binary'): Uint8Array<ArrayBuffer>;
  read?(path: string, mode: 'binary'): Uint8Array<ArrayBuffer>;
  /** Of js: `baseline`, `ion`, both, or `none`. */
  wasmCompileMode?(): string;
  /** Of jsc. */
  jscOptions?(): { readonly useJIT?: boolean | number };
}
const shell = globalThis as unknown as Shell;

const readBytes = (path: string): Uint8Array<ArrayBuffer> => (shell.readFile ?? shell.read!)(path, 'binary');

/** As TextDecoder does, what is no UTF-8 being U+FFFD. */
function decodeUtf8(source: ArrayBuffer | Uint8Array): string {
  const parts: string[] = [];
  for (const byte of new Uint8Array(source as ArrayBuffer)) parts.push(String.fromCharCode(byte));
  return parts.join('').replace(/[\xc0-\xff][\x80-\xbf]{1,3}|[\x80-\xff]/g, (sequence) => {
    const escaped = Array.from(sequence, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
    try {
      return decodeURIComponent(escaped.join(''));
    } catch {
      return '\ufffd';
    }
  });
}

const Decoder = class {
  decode = decodeUtf8;
};
const bare = globalThis as { TextDecoder?: unknown; console?: unknown };
bare.TextDecoder ??= Decoder;
bare.console ??= {
  warn: (text: string) => {
    shell.print(text);
  },
};

/** `(func (result v128) v128.const 0)` */
const SIMD_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 22, 1, 20, 0, 253, 12, ...new Uint8Array(16), 11],
);

/** Why the engine runs no module. */
function missing(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'it has no WebAssembly';
  if (WebAssembly.validate(SIMD_PROBE)) return undefined;
  const isOff = Number(shell.jscOptions?.().useJIT) === 0 || shell.wasmCompileMode?.() === 'none';
  return `its WebAssembly has no SIMD${isOff ? ', since it compiles nothing to machine code' : ''}`;
}

async function run(): Promise<object> {
  const reason = missing();
  if (reason !== undefined) return { missing: reason };
  const modules = JSON.parse(decodeUtf8(readBytes('modules.json'))) as Modules;
  return { ...(await digestAll(modules, (file) => Promise.resolve(readBytes(file)))) };
}

run().then(
  (result) => {
    shell.print(JSON.stringify(result));
  },
  (error: unknown) => {
    shell.print(JSON.stringify({ failed: `${String(error)}\n${(error as Error).stack ?? ''}` }));
  },
);
