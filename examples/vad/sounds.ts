import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readWav, type Sound } from './audio.js';

const PACKAGE = 'alsa-utils';
const INSIDE = 'usr/share/sounds/alsa/';
const installed = new URL(`file:///${INSIDE}`);
const fetched = new URL('../../sounds/', import.meta.url);
/** Milliseconds. */
const LIMIT = 120_000;

export interface NamedSound extends Sound {
  readonly name: string;
}

function run(command: string, ...words: string[]): boolean {
  return spawnSync(command, words, { cwd: fileURLToPath(fetched), stdio: 'ignore', timeout: LIMIT }).status === 0;
}

/** Takes Debian's package apart in the build folder, which needs no rights; only lists of packages that are missing need root. */
function fetchPackage(): void {
  mkdirSync(fetched, { recursive: true });
  console.error(`fetching ${PACKAGE}`);
  const download = (): boolean => run('apt-get', '--quiet', 'download', PACKAGE);
  if (!download() && !(run('apt-get', '--quiet', 'update') && download())) return;
  const file = readdirSync(fetched).find((name) => name.startsWith(PACKAGE) && name.endsWith('.deb'));
  if (file !== undefined) run('dpkg', '--extract', file, '.');
}

/**
 * The speech with which ALSA tests speakers, "front left" to "side right", and a noise: recordings of Debian's alsa-utils (GPL-2), as
 * installed or else fetched from Debian. By name; none if they are not to be had.
 */
export function loadSounds(): readonly NamedSound[] {
  const folders = [installed, new URL(INSIDE, fetched)];
  if (!folders.some((folder) => existsSync(folder))) fetchPackage();
  const folder = folders.find((each) => existsSync(each));
  if (!folder) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.wav'));
  return names
    .sort()
    .map((name) => ({ name: name.replace(/\.wav$/, ''), ...readWav(readFileSync(new URL(name, folder))) }));
}

/** What to say where there are none. */
export const noSounds = `the recordings are not to be had; apt-get install ${PACKAGE}`;
