import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { progress } from './progress.js';
import { root } from './sides/side.js';

interface Manifest {
  readonly version?: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const folder = new URL('bench/', root);
const platform = `${process.platform}-${process.arch}`;

const read = (file: string): Manifest => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Manifest;

/** Installs the rivals of bench/package.json into bench/, and the Node beside them, unless the versions it pins are there. */
export function installRivals(): void {
  const { devDependencies = {}, optionalDependencies = {} } = read('package.json');
  const here = Object.entries(optionalDependencies).filter(([name]) => name.endsWith(platform));
  const installed = [...Object.entries(devDependencies), ...here].every(([name, wanted]) => {
    const file = `node_modules/${name}/package.json`;
    return existsSync(new URL(file, folder)) && read(file).version === wanted.slice(wanted.lastIndexOf('@') + 1);
  });
  if (installed) return;
  progress('installing the rivals into bench');
  // What packages run when they are installed fetches files for graphics cards from elsewhere.
  const command = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = spawnSync('npm', command, { cwd: folder, stdio: ['ignore', 2, 2] });
  if (npm.status !== 0) throw new Error('npm ci: failed in bench');
}
