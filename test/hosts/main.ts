// npm run test:hosts [-- FOLDER]: the same modules in every host at hand. Parameters and outputs must be the same bits.
// Then the histogram page in Chromium; its pictures go to FOLDER.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Hashes } from './digest.js';
import { goldenParameters } from './golden.js';
import { hosts, type HostDigest } from './hosts.js';
import { compileModules, hashOf, writeModules } from './modules.js';
import { lookAtReport } from './report.js';

/** One short hash of many. */
const short = (hashes: Hashes): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(hashes).sort()))
    .digest('hex')
    .slice(0, 16);

async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: ['child', 'worker', 'page'].map((name) => fileURLToPath(new URL(`${name}.js`, import.meta.url))),
    ...{ bundle: true, format: 'esm', platform: 'neutral', external: ['node:*'] },
    ...{ outdir: folder, outExtension: { '.js': '.mjs' }, logLevel: 'warning' },
  });
}

/** What every host made of the modules; those not to be had are named in `skipped`, those that failed in `failures`. */
async function digests(folder: string, skipped: string[], failures: string[]): Promise<HostDigest[]> {
  const all: HostDigest[] = [];
  for (const { name, digest } of hosts) {
    try {
      const result = await digest(folder);
      if (typeof result === 'string') skipped.push(`${name}: ${result}`);
      else all.push(result);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return all;
}

function differences(name: string, what: string, expected: Hashes, got: Hashes): string[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(got)])]
    .filter((key) => expected[key] !== got[key])
    .map((key) => `${name}: ${what} of ${key} differ: expected ${expected[key]}, got ${got[key]}`);
}

function printTable(all: readonly HostDigest[]): void {
  const rows = [['host', 'engine', 'modules', 'parameters', 'relaxed parameters', 'outputs']];
  for (const { host, engine, modules, parameters, relaxedParameters, outputs } of all) {
    const shortOutputs = Object.entries(outputs).map(([name, hash]) => `${name} ${hash.slice(0, 8)}`);
    rows.push([
      ...[host, engine, modules?.slice(0, 8) ?? 'given', short(parameters)],
      ...[relaxedParameters ? short(relaxedParameters) : 'no relaxed SIMD', shortOutputs.join(', ')],
    ]);
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    );
}

const skipped: string[] = [];
const failures: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'nacre-hosts-'));
try {
  const binaries = await compileModules();
  writeModules(binaries, folder);
  await bundle(folder);
  const all = await digests(folder, skipped, failures);
  printTable(all);
  for (const { host, modules, parameters, relaxedParameters, outputs } of all) {
    const compare = (what: string, expected: Hashes, got: Hashes): void => {
      failures.push(...differences(host, what, expected, got));
    };
    const compiledHere = hashOf(binaries);
    compare('modules', { 'both targets': compiledHere }, { 'both targets': modules ?? compiledHere });
    compare('parameters', goldenParameters, parameters);
    compare('relaxed parameters', goldenParameters, relaxedParameters ?? goldenParameters);
    compare('outputs', all[0]!.outputs, outputs);
  }
  const looks = await lookAtReport(folder, process.argv[2]);
  if (typeof looks === 'string') skipped.push(`the report in Chromium: ${looks}`);
  else failures.push(...looks);
  for (const line of skipped) console.log(`skipped: ${line}`);
  for (const line of failures) console.error(line);
  const hashes = new Set(all.flatMap((one) => [one.parameters, one.relaxedParameters ?? one.parameters].map(short)));
  if (failures.length === 0 && hashes.size === 1)
    console.log(`parameters ${[...hashes][0]} on all ${all.length} hosts`);
  if (typeof looks !== 'string' && looks.length === 0)
    console.log('the report of 10 histograms in Chromium: light, dark and narrow');
  console.log(`${all.length} hosts, ${skipped.length} skipped, ${failures.length} differences`);
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failures.length > 0 ? 1 : 0;
