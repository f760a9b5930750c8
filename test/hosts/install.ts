import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const source = new URL('../../../test/hosts/', import.meta.url);
export const platform = `${process.platform}-${process.arch}`;

const { optionalDependencies: pins } = JSON.parse(readFileSync(new URL('package.json', source), 'utf8')) as {
  readonly optionalDependencies: Readonly<Record<string, string>>;
};

export interface Installed {
  readonly folder: string;
  readonly version: string;
}

const folderOf = (name: string): URL => new URL(`node_modules/${name}/`, source);
const versionOf = (name: string): string => pins[name]!.slice(pins[name]!.lastIndexOf('@') + 1);
const serves = (name: string): boolean => !/-linux-(x64|arm64)$/.test(name) || name.endsWith(`-${platform}`);

function isInstalled(name: string): boolean {
  try {
    const { version } = JSON.parse(readFileSync(new URL('package.json', folderOf(name)), 'utf8')) as {
      readonly version: string;
    };
    return version === versionOf(name);
  } catch {
    return false;
  }
}

let tried = false;

function installAll(): void {
  if (tried || Object.keys(pins).filter(serves).every(isInstalled)) return;
  tried = true;
  console.error('installing hosts into test/hosts');
  const command = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  spawnSync('npm', command, { cwd: source, stdio: ['ignore', 2, 2], timeout: 300_000 });
}

/** A package that test/hosts/package.json pins, installed with all others if it is not yet; or why it is missing. */
export function installed(name: string): Installed | string {
  if (!(name in pins)) return `no release is pinned for ${platform}`;
  installAll();
  if (!isInstalled(name)) return `npm ci did not install ${name}`;
  return { folder: fileURLToPath(folderOf(name)), version: versionOf(name) };
}

/** The exports of such a package; or why it is missing. */
export async function load<Exports>(name: string): Promise<Exports | string> {
  const found = installed(name);
  if (typeof found === 'string') return found;
  const file = createRequire(new URL('package.json', source)).resolve(name);
  return (await import(pathToFileURL(file).href)) as Exports;
}

/** Where installed packages are; `npm ci` empties it. */
export const cache = fileURLToPath(new URL('node_modules/', source));
