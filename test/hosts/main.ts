// npm run test:hosts: one digest on every release of Node at hand. Parameters, modules and outputs must be the same bits.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Digest, Hashes } from './digest.js';
import { goldenParameters } from './golden.js';

const folder = new URL('../../../test/hosts/', import.meta.url);
const child = fileURLToPath(new URL('child.js', import.meta.url));
const platform = `${process.platform}-${process.arch}`;

interface HostProgram {
  readonly name: string;
  readonly path: string;
  readonly flags: readonly string[];
}

/** The releases that package.json pins for this platform, installed if they are not yet; those missing are named. */
function installed(skipped: string[]): HostProgram[] {
  const { optionalDependencies } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  const releases = Object.entries(optionalDependencies).filter(([alias]) => alias.endsWith(`-${platform}`));
  if (releases.length === 0) skipped.push(`other releases of Node: none is pinned for ${platform}`);
  const pathOf = (alias: string): string => fileURLToPath(new URL(`node_modules/${alias}/bin/node`, folder));
  if (releases.some(([alias]) => !existsSync(pathOf(alias)))) {
    console.error('installing releases of Node into test/hosts');
    spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
  }
  return releases.flatMap(([alias, version]) => {
    const name = `node ${version.split('@').at(-1)!}`;
    if (existsSync(pathOf(alias))) return [{ name, path: pathOf(alias), flags: [] }];
    skipped.push(`${name}: npm ci did not install ${alias}`);
    return [];
  });
}

function digestOf({ path, flags }: HostProgram): Digest | string {
  const { stdout, stderr, status, error } = spawnSync(path, [...flags, child], { encoding: 'utf8' });
  if (status !== 0) return error?.message ?? (stderr.trim() || `exit status ${status}`);
  return JSON.parse(stdout) as Digest;
}

/** One short hash of many. */
const short = (hashes: Hashes): string => createHash('sha256').update(JSON.stringify(hashes)).digest('hex').slice(0, 8);

const skipped: string[] = [];
const failures: string[] = [];
const own = { name: `node ${process.versions.node}`, path: process.execPath, flags: [] };
const relaxedFlag = '--experimental-wasm-relaxed-simd';
const hosts: HostProgram[] = [own, ...installed(skipped)];
if (process.versions.node.startsWith('20.')) {
  hosts.push({ ...own, name: `${own.name} ${relaxedFlag}`, flags: [relaxedFlag] });
}

const rows: string[][] = [['host', 'V8', 'modules', 'parameters', 'relaxed parameters', 'outputs']];
let first: Digest | undefined;
for (const host of hosts) {
  const digest = digestOf(host);
  if (typeof digest === 'string') {
    failures.push(`${host.name}: ${digest}`);
    continue;
  }
  first ??= digest;
  const outputs = Object.entries(digest.outputs).map(([name, hash]) => `${name} ${hash.slice(0, 8)}`);
  rows.push([
    ...[host.name, digest.engine, digest.modules.slice(0, 8), short(digest.parameters)],
    ...[digest.relaxedParameters ? short(digest.relaxedParameters) : 'no relaxed SIMD', outputs.join(', ')],
  ]);
  const compare = (what: string, expected: Hashes, got: Hashes): void => {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(got)])) {
      if (expected[name] === got[name]) continue;
      failures.push(`${host.name}: ${what} of ${name} differ: expected ${expected[name]}, got ${got[name]}`);
    }
  };
  compare('modules', { 'both targets': first.modules }, { 'both targets': digest.modules });
  compare('parameters', goldenParameters, digest.parameters);
  compare('relaxed parameters', goldenParameters, digest.relaxedParameters ?? goldenParameters);
  compare('outputs', first.outputs, digest.outputs);
}

const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
for (const row of rows) {
  console.log(
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
for (const line of skipped) console.log(`skipped: ${line}`);
for (const line of failures) console.error(line);
console.log(`${hosts.length} hosts, ${skipped.length} skipped, ${failures.length} differences`);
process.exitCode = failures.length > 0 ? 1 : 0;
