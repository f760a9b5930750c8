import { spawnSync } from 'node:child_process';

const LIMIT = 300_000;

const run = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: ['ignore', 'ignore', 'ignore'], timeout: LIMIT }).status === 0;

/** What a program prints, trimmed; nothing where it fails. */
export function query(program: string, ...args: readonly string[]): string {
  const { stdout, status } = spawnSync(program, args, { encoding: 'utf8', timeout: LIMIT });
  return status === 0 ? stdout.trim() : '';
}

/** Whether Debian packages can be installed here. */
const canInstall = (): boolean => process.getuid?.() === 0 && run('apt-get', '--version');

const isKnown = (name: string): boolean => run('apt-cache', 'show', name);

/**
 * Installs one of several Debian packages that serve alike, the first that the machine's release has, where this process
 * may.
 *
 * @returns why none was installed, or undefined when one is
 */
export function installPackage(...alternatives: readonly [string, ...string[]]): string | undefined {
  if (!canInstall()) return `apt-get install ${alternatives[0]}`;
  if (!alternatives.some(isKnown)) run('apt-get', 'update');
  const name = alternatives.find(isKnown);
  if (name === undefined) return `apt-get has no ${alternatives.join(', ')}`;
  console.error(`installing ${name}`);
  const install = ['install', '-y', '--no-install-recommends', name];
  const done = run('apt-get', ...install) || (run('apt-get', 'update') && run('apt-get', ...install));
  return done ? undefined : `apt-get does not install ${name}`;
}
