import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chooseEngines, type Engine } from './engines.js';
import { installRivals } from './install.js';
import { describeMachine } from './machine.js';
import { between } from './markdown.js';
import type { BenchModel } from './models/index.js';
import type { BenchOptions } from './options.js';
import { profileSection, type MeasuredProfile } from './profile-tables.js';
import { progress } from './progress.js';
import { root } from './sides/side.js';

const page = new URL('docs/performance.md', root);
const program = fileURLToPath(new URL('build/compiler/cli/main.js', root));
const execute = promisify(execFile);
/** Bytes of the largest answer. */
const MOST_OUTPUT = 2 ** 26;

/** Profiles models with the command line on the engines that the options select, and writes the tables into docs/performance.md. */
export async function writeProfiles(options: BenchOptions): Promise<void> {
  if (options.node === undefined) installRivals();
  const engines = chooseEngines(options);
  const folder = mkdtempSync(join(tmpdir(), 'nacre-profiles-'));
  const profiles: MeasuredProfile[] = [];
  try {
    for (const model of options.models) {
      for (const engine of engines) profiles.push(await profile(model, engine, folder));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const text = readFileSync(page, 'utf8');
  writeFileSync(page, between(text, 'profiles', `\n${profileSection(describeMachine(), profiles)}\n`));
}

async function profile(
  { name, graph }: BenchModel,
  { node, target }: Engine,
  folder: string,
): Promise<MeasuredProfile> {
  progress(`${name}: ${target}`);
  const { declaration, tensors } = graph();
  if (Object.keys(tensors).length > 0) throw new Error(`${name}: a declaration alone cannot hold its tensors`);
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(declaration));
  const args = [program, 'profile', file, '--target', target, '--json'];
  const { stdout } = await execute(node, args, { maxBuffer: MOST_OUTPUT });
  return { ...(JSON.parse(stdout) as Omit<MeasuredProfile, 'name'>), name };
}
