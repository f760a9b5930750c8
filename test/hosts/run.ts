import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { HostDigest } from './host.js';

/** Milliseconds that a host may take. */
export const LIMIT = 120_000;

/**
 * What a program prints, run in a folder.
 * @throws Error with what it says, where it does not end with 0 in time
 */
export function output(path: string, args: readonly string[], folder: string): string {
  const env = { ...process.env, DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' };
  const options = { cwd: folder, env, timeout: LIMIT, maxBuffer: 1 << 26, encoding: 'utf8' } as const;
  const { stdout, stderr, status, signal, error } = spawnSync(path, args, options);
  if (status !== 0) throw new Error(error?.message ?? (stderr.trim() || `ended with ${signal ?? status}`));
  return stdout;
}

/** What a program prints that answers with a digest, as JSON. */
export const digestOf = (path: string, args: readonly string[], folder: string): HostDigest =>
  JSON.parse(output(path, args, folder)) as HostDigest;
