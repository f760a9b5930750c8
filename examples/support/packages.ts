import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT = 300_000;

/** Versions by package, or `npm:NAME@VERSION` by the name it is installed under. */
type Pins = Readonly<Record<string, string>>;

/** The packages that a folder pins in a package.json of its own, as optional dependencies at exact versions. */
export class PinnedPackages {
  private readonly pins: Pins;
  private tried = false;

  /** @param folder with a slash at its end */
  constructor(private readonly folder: URL) {
    const text = readFileSync(new URL('package.json', folder), 'utf8');
    this.pins = (JSON.parse(text) as { readonly optionalDependencies: Pins }).optionalDependencies;
  }

  private isInstalled(name: string): boolean {
    try {
      const text = readFileSync(new URL(`node_modules/${name}/package.json`, this.folder), 'utf8');
      const pin = this.pins[name]!;
      return (JSON.parse(text) as { readonly version: string }).version === pin.slice(pin.lastIndexOf('@') + 1);
    } catch {
      return false;
    }
  }

  /** The folder of a package, with a slash at its end, all installed if one is not yet; undefined if it is not to be had. */
  find(name: string): URL | undefined {
    if (!this.tried && !Object.keys(this.pins).every((pin) => this.isInstalled(pin))) {
      this.tried = true;
      const path = fileURLToPath(this.folder);
      console.error(`installing ${basename(dirname(path))}/${basename(path)}/package.json`);
      const command = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries', '1'];
      spawnSync('npm', command, { cwd: path, stdio: ['ignore', 2, 2], timeout: LIMIT });
    }
    return this.isInstalled(name) ? new URL(`node_modules/${name}/`, this.folder) : undefined;
  }
}
