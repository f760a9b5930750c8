/** Models that are scripts, run as a bundler has bundled them. */
import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { pathToFileURL } from 'node:url';

/**
 * The default export of the text of a script, which stands where the script does while it is imported, so that it finds the
 * same packages.
 */
export async function importText(path: string, text: string): Promise<unknown> {
  const file = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.mjs`);
  await writeFile(file, text);
  try {
    return ((await import(pathToFileURL(file).href)) as { readonly default?: unknown }).default;
  } finally {
    await rm(file, { force: true });
  }
}
