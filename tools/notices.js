import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * The licences of the packages that a bundle carries, each text once.
 *
 * @param {import('esbuild').Metafile} metafile
 * @param {URL} root
 */
export function noticesOf({ inputs }, root) {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path)?.[0] ?? []),
  );
  /** @type {Map<string, string[]>} */
  const packages = new Map();
  for (const folder of [...folders].sort()) {
    const base = new URL(folder, root);
    /** @type {{ name: string, version: string, license: string, homepage?: string, repository?: { url: string } }} */
    const { name, version, license, homepage, repository } = JSON.parse(
      readFileSync(new URL('package.json', base), 'utf8'),
    );
    const file = existsSync(base) ? readdirSync(base).find((each) => /^licen[cs]e/i.test(each)) : undefined;
    const source = homepage ?? repository?.url;
    if (file === undefined && source === undefined) throw new Error(`notices: ${name} tells no licence`);
    const text =
      file === undefined
        ? `its text is at ${source}`
        : readFileSync(new URL(file, base), 'utf8').trim().replaceAll('-->', '--\u200b>');
    const key = `${license}\n\n${text}`;
    packages.set(key, [...(packages.get(key) ?? []), `${name} ${version}`]);
  }
  return [...packages].map(([text, names]) => `${names.join(', ')}: ${text}`).join('\n\n');
}
