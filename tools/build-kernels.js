// Builds the kernel libraries into build/ from assembly/, those that their sources and their compiler changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'build/kernels.stamp');
const manifest = createRequire(import.meta.url).resolve('assemblyscript/package.json');
const asc = join(dirname(manifest), 'bin/asc.js');

/** @type {{ targets: Record<string, { outFile: string }> }} */
const config = JSON.parse(readFileSync(join(root, 'asconfig.json'), 'utf8'));
const targets = Object.entries(config.targets);

const hash = createHash('sha256');
const sources = readdirSync(join(root, 'assembly'), { recursive: true, encoding: 'utf8' });
const files = sources.filter((file) => /\.(ts|json)$/.test(file)).map((file) => join('assembly', file));
for (const file of ['asconfig.json', ...files.sort()]) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
hash.update(readFileSync(manifest));
const state = hash.digest('hex');

const isBuilt =
  existsSync(stamp) &&
  readFileSync(stamp, 'utf8') === state &&
  targets.every(([, { outFile }]) => existsSync(join(root, outFile)));

/** @param {string} target */
async function build(target) {
  const entry = target.startsWith('extended') ? ['assembly/extended.ts'] : [];
  const compiler = spawn(process.execPath, [asc, ...entry, '--target', target], { cwd: root, stdio: 'inherit' });
  const code = await new Promise((resolve, reject) => compiler.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`asc --target ${target}: exit status ${code}`);
}

if (!isBuilt) {
  mkdirSync(join(root, 'build'), { recursive: true });
  await Promise.all(targets.map(([target]) => build(target)));
  writeFileSync(stamp, state);
}
