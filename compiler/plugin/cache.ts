/** Compiled models on disk, found by the content of what they were made of. */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Manifest } from '../../runtime/manifest.js';
import { fileNames, type Compiled, type Part } from './parts.js';
import { hashBytes } from './hash.js';

interface StoredFile {
  readonly name: string;
  readonly sha256: string;
}

/** Of each file of a model the SHA-256, null where there was none. */
export type Sources = Readonly<Record<string, string | null>>;

/** `entry.json` of a folder of the cache. */
interface Entry extends Omit<Compiled, 'parts' | 'signature' | 'memory'> {
  readonly sources: Sources;
  readonly files: Readonly<Partial<Record<Part, StoredFile>>>;
  readonly signature: string | null;
  readonly memory: string | null;
}

/** A compiled model, and where its files are. */
export interface Stored extends Compiled {
  readonly paths: Readonly<Partial<Record<Part, string>>>;
  /** The SHA-256 of each file. */
  readonly hashes: Readonly<Partial<Record<Part, string>>>;
  readonly manifest: Manifest;
}

/** The folder where a project keeps what its tools compile: that of its nearest package.json. */
export function defaultCache(root: string): string {
  let folder = root;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  const project = existsSync(join(folder, 'package.json')) ? folder : root;
  return join(project, 'node_modules/.cache/nacre');
}

/** The SHA-256 of files that are there. */
export async function hashSources(paths: Iterable<string>): Promise<Sources> {
  const sources: Record<string, string | null> = {};
  for (const path of paths) {
    sources[path] = await readFile(path).then(hashBytes, () => null);
  }
  return sources;
}

const isSame = async (sources: Sources): Promise<boolean> => {
  const now = await hashSources(Object.keys(sources));
  return Object.entries(sources).every(([path, hash]) => now[path] === hash);
};

/** A folder that goes with the process. */
async function passingFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nacre-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export class Cache {
  #folder: Promise<string> | undefined;

  /** @param folder null for one of its own that outlives nothing: then nothing is found in it */
  constructor(readonly folder: string | null) {}

  private place(): Promise<string> {
    this.#folder ??= this.folder === null ? passingFolder() : Promise.resolve(this.folder);
    return this.#folder;
  }

  /**
   * What was stored under a key, if the files that it was made of are the same and its own are whole.
   *
   * @param key of letters and digits
   */
  async find(key: string): Promise<{ readonly stored: Stored; readonly sources: readonly string[] } | undefined> {
    if (this.folder === null) return undefined;
    const folder = join(this.folder, key);
    try {
      const entry = JSON.parse(await readFile(join(folder, 'entry.json'), 'utf8')) as Entry;
      if (!(await isSame(entry.sources))) return undefined;
      const parts: Partial<Record<Part, Uint8Array>> = {};
      for (const [part, { name, sha256 }] of Object.entries(entry.files) as [Part, StoredFile][]) {
        const bytes = await readFile(join(folder, name));
        if (hashBytes(bytes) !== sha256) return undefined;
        parts[part] = bytes;
      }
      if (!parts.module) return undefined;
      return { stored: toStored(folder, entry, parts), sources: Object.keys(entry.sources) };
    } catch {
      // A missing or damaged entry is one that is compiled again.
      return undefined;
    }
  }

  /** Puts a compiled model under a key: whole, or not at all. */
  async store(key: string, stem: string, compiled: Compiled, sources: Sources): Promise<Stored> {
    const { parts, signature = null, memory = null, manifest, notes } = compiled;
    const given = Object.entries(parts) as [Part, Uint8Array][];
    const files = Object.fromEntries(
      given.map(([part, bytes]) => [part, { name: fileNames[part](stem), sha256: hashBytes(bytes) }]),
    ) as Entry['files'];
    const entry: Entry = { sources, files, manifest, signature, memory, notes };
    const folder = join(await this.place(), key);
    const half = `${folder}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
    await mkdir(half, { recursive: true });
    try {
      for (const [part, bytes] of given) await writeFile(join(half, files[part]!.name), bytes);
      await writeFile(join(half, 'entry.json'), JSON.stringify(entry));
      await this.#place(half, folder, entry);
    } catch (error) {
      await rm(half, { recursive: true, force: true });
      throw error;
    }
    return toStored(folder, entry, parts);
  }

  /** Puts a folder in its place. What another process has put there at the same time stays if it is the same. */
  async #place(half: string, folder: string, entry: Entry): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await rename(half, folder);
        return;
      } catch (error) {
        if (attempt === 3) throw error;
      }
      const found = await this.find(basename(folder));
      if (
        found &&
        Object.entries(entry.files).every(([part, { sha256 }]) => found.stored.hashes[part as Part] === sha256)
      ) {
        await rm(half, { recursive: true });
        return;
      }
      const old = `${half}.old`;
      await rename(folder, old).catch(() => undefined);
      await rm(old, { recursive: true, force: true });
    }
  }
}

function toStored(folder: string, entry: Entry, parts: Compiled['parts']): Stored {
  const { files, manifest, notes, signature, memory } = entry;
  const listed = Object.entries(files) as [Part, StoredFile][];
  return {
    parts,
    manifest,
    notes,
    signature: signature ?? undefined,
    memory: memory ?? undefined,
    paths: Object.fromEntries(listed.map(([part, { name }]) => [part, join(folder, name)])),
    hashes: Object.fromEntries(listed.map(([part, { sha256 }]) => [part, sha256])),
  };
}
