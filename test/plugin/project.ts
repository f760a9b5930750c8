import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** A network of one layer. */
export const layered = (units: number, weight: unknown = 'glorotUniform'): object => ({
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 4] }],
  layers: [{ name: 'y', kind: 'dense', units, weight }],
  outputs: ['y'],
});

export interface TemporaryProject {
  readonly folder: string;
  path(name: string): string;
  write(name: string, data: string | Uint8Array | object): Promise<string>;
}

/** A folder with a package.json, which goes when the test ends. */
export async function temporaryProject(t: ExecutionContext): Promise<TemporaryProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'nacre-plugin-')));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  const write = async (name: string, data: string | Uint8Array | object): Promise<string> => {
    const bytes = typeof data === 'string' || data instanceof Uint8Array ? data : JSON.stringify(data);
    await mkdir(join(path(name), '..'), { recursive: true });
    await writeFile(path(name), bytes);
    return path(name);
  };
  await write('package.json', { private: true, type: 'module' });
  return { folder, path, write };
}
