/**
 * The AssemblyScript compiler. Imported by a name the type checker does not follow: its declarations change those of
 * `Array` for every file.
 */
interface Compiler {
  main(
    args: readonly string[],
    api: {
      readFile?: (name: string, folder: string) => string | null;
      writeFile?: (name: string, content: Uint8Array | string) => void;
      listFiles?: () => string[];
    },
  ): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>;
}

const name = 'assemblyscript/asc';
const { default: compiler } = (await import(name)) as { readonly default: Compiler };
export default compiler;
