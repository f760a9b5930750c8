import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { progress } from './progress.js';
import { root } from './sides/side.js';

interface Manifest {
  readonly version?: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const folder = new URL('bench/', root);
const read = (file: string): Manifest => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Manifest;

/** Installs the rivals of bench/package.json into bench/, unless the versions it pins are there. */
export function installRivals(): void {
  const installed = Object.entries(read('package.json').devDependencies ?? {}).every(([name, version]) => {
    const file = `node_modules/${name}/package.json`;
    return existsSync(new URL(file, folder)) && read(file).version === version;
  });
  if (installed) return;
  progress('installing the rivals into bench');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
  if (npm.status !== 0) throw new Error('npm ci: failed in bench');
}
