import { copyFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

const built = new URL('../../', import.meta.url);

export interface Bundle {
  /** Paths of outputs are relative to the folder of the bundle, those of inputs to `build/`. */
  readonly metafile: Metafile;
  readonly warnings: readonly string[];
}

/** A bundle for browsers, as users make it: with minification and splitting, and without plugins. */
export async function bundle(entries: Readonly<Record<string, string>>, folder: string): Promise<Bundle> {
  const { metafile, warnings } = await build({
    entryPoints: Object.fromEntries(
      Object.entries(entries).map(([name, path]) => [name, fileURLToPath(new URL(path, built))]),
    ),
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'browser', minify: true, target: 'es2022' },
    // Nothing that a page imports may keep it waiting.
    supported: { 'top-level-await': false },
    ...{ outdir: folder, metafile: true, logLevel: 'silent', legalComments: 'none' },
    absWorkingDir: fileURLToPath(built),
  });
  const local = (path: string): string => relative(folder, join(fileURLToPath(built), path));
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => {
    const imports = output.imports.map((each) => (each.external ? each : { ...each, path: local(each.path) }));
    return [local(path), { ...output, imports }] as const;
  });
  return {
    metafile: { ...metafile, outputs: Object.fromEntries(outputs) },
    warnings: warnings.map(({ text }) => text),
  };
}

/** What bundlers that do not follow `new URL(…, import.meta.url)` leave to their users. */
export function copyAssets(folder: string): void {
  for (const name of readdirSync(built)) {
    if (name.endsWith('.wasm')) copyFileSync(new URL(name, built), join(folder, name));
  }
}
