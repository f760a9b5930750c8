import { OptionError } from '../errors.js';

/** A message of the AssemblyScript compiler. */
export interface Diagnostic {
  readonly code: number;
  /** 2 is a warning, 3 an error. */
  readonly category: number;
  readonly message: string;
  /** Offsets in UTF-16 units. */
  readonly range: { readonly start: number; readonly source: { readonly normalizedPath: string } } | null;
}

/** What is used of the AssemblyScript compiler. Its own declarations change those of `Array` for every file. */
export interface Compiler {
  main(
    args: readonly string[],
    api: {
      readonly readFile: (name: string, folder: string) => string | null;
      readonly writeFile: (name: string, content: Uint8Array | string) => void;
      readonly listFiles: (folder: string) => string[];
      readonly reportDiagnostic: (diagnostic: Diagnostic) => void;
    },
  ): Promise<{ readonly error: Error | null }>;
}

const COMPILER = 'assemblyscript/asc';

/** By a name that bundlers do not follow. */
const importCompiler = (): Promise<unknown> => import(/* webpackIgnore: true */ /* @vite-ignore */ COMPILER);

/**
 * Loads the AssemblyScript compiler, an optional peer of the package.
 *
 * @param subject who needs it
 * @throws OptionError where it is not installed
 */
export async function loadCompiler(subject: string, load = importCompiler): Promise<Compiler> {
  try {
    const { default: compiler } = (await load()) as { readonly default: Compiler };
    return compiler;
  } catch {
    throw new OptionError('assemblyscript', subject, 'needs the AssemblyScript compiler; npm install assemblyscript');
  }
}
