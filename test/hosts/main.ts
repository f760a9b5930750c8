/**
 * npm run test:hosts [-- FOLDER] [--only TEXT] [--json FILE] [--docs]: the same modules in every host at hand. Parameters and
 * baseline outputs must be the same bits, relaxed outputs nearly. Then the histogram page in Chromium; its pictures go to
 * FOLDER. `--docs` writes the table into docs/hosts.md.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { describeMachine } from '../../bench/machine.js';
import { between } from '../../bench/markdown.js';
import { judge } from './compare.js';
import type { HostDigest } from './host.js';
import { hosts } from './hosts.js';
import { compileModules, hashOf, writeModules } from './modules.js';
import { digitLabels } from './networks.js';
import { checkLoaders, checkPages, type Check } from './refusals.js';
import { lookAtReport } from './report.js';
import { markdownTable, rowOf, rowWithout, textTable, totals, type Row } from './table.js';

const page = new URL('../../../docs/hosts.md', import.meta.url);
const guests = ['child', 'workerd', 'page', 'worker', 'service-worker', 'refusals'];

async function bundle(folder: string): Promise<void> {
  const entry = (name: string): string => fileURLToPath(new URL(`guests/${name}.js`, import.meta.url));
  const common = { bundle: true, platform: 'neutral', outdir: folder, logLevel: 'warning' } as const;
  const modules = { format: 'esm' as const, external: ['node:*'], outExtension: { '.js': '.mjs' } };
  await build({ ...common, ...modules, entryPoints: guests.map(entry) });
  await build({ ...common, format: 'iife', entryPoints: ['edge', 'shell'].map(entry) });
}

type Given = HostDigest | { readonly status: 'failed' | 'skipped'; readonly reason: string };

/** What every host made of the modules, in the order of the table. */
async function digests(folder: string, only: string): Promise<ReadonlyMap<string, Given>> {
  const all = new Map<string, Given>();
  for (const { name, digest } of hosts) {
    if (!name.toLowerCase().includes(only.toLowerCase())) continue;
    try {
      const result = await digest(folder);
      all.set(name, typeof result === 'string' ? { status: 'skipped', reason: result } : result);
    } catch (error) {
      all.set(name, { status: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return all;
}

const isDigest = (given: Given): given is HostDigest => !('reason' in given);

/** The digits network has to be right, not only alike everywhere. */
function checkDigits({ networks }: HostDigest): Check {
  const labels = digitLabels();
  const probabilities = new Float32Array(Uint32Array.from(networks['digits']!.baseline.outputs).buffer);
  const digit = (row: number): number => {
    const scores = probabilities.subarray(row * 10, row * 10 + 10);
    return scores.indexOf(Math.max(...scores));
  };
  const wrong = labels.filter((label, row) => digit(row) !== label);
  return {
    title: `${labels.length} digits are recognized`,
    faults: wrong.length > 0 ? [`${wrong.length} are not: ${wrong.join(', ')}`] : [],
  };
}

async function checkReport(folder: string, pictures: string | undefined): Promise<Check> {
  const title = 'the report of 10 histograms in Chromium: light, dark and narrow';
  try {
    const looks = await lookAtReport(folder, pictures);
    return typeof looks === 'string' ? { title, faults: [], skipped: looks } : { title, faults: looks };
  } catch (error) {
    return { title, faults: [(error as Error).message] };
  }
}

function print(rows: readonly Row[], checks: readonly Check[]): void {
  console.log(textTable(rows));
  for (const { host, note } of rows) if (note !== null) console.log(`${host}: ${note}`);
  for (const { host, status, reasons } of rows) {
    for (const reason of reasons) console.log(`${status}: ${host}: ${reason}`);
  }
  for (const { title, faults, skipped } of checks) {
    console.log(
      `${skipped ? 'skipped' : faults.length > 0 ? 'failed' : 'ok'}: ${title}${skipped ? `: ${skipped}` : ''}`,
    );
    for (const fault of faults) console.log(`  ${fault}`);
  }
  console.log(totals(rows));
}

function writePage(rows: readonly Row[]): void {
  const { cpu, cores, date } = describeMachine();
  const notes = rows.flatMap(({ host, note, status, reasons }) => [
    ...(note === null ? [] : [`${host}: ${note}.`]),
    ...(status === 'passed' ? [] : [`${host}: ${status}, ${reasons.join('; ')}.`]),
  ]);
  const text = [`${totals(rows)} on ${date}, ${cpu}, ${cores} cores.`, markdownTable(rows), ...notes].join('\n\n');
  writeFileSync(page, between(readFileSync(page, 'utf8'), 'hosts', `\n${text}\n\n`));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'nacre-hosts-'));
try {
  const binaries = await compileModules();
  writeModules(binaries, folder);
  await bundle(folder);
  const given = await digests(folder, values.only);
  const ran = new Map([...given].filter((entry): entry is [string, HostDigest] => isDigest(entry[1])));
  const [reference] = ran.values();
  const rows = [...given].map(([name, one]) => {
    if (!isDigest(one)) return rowWithout(name, one.status, one.reason);
    const { faults, difference } = judge(one, reference!, hashOf(binaries));
    return rowOf(name, one, faults, difference);
  });
  const checks = [
    ...(reference ? [checkDigits(reference), ...checkLoaders(ran), ...(await checkPages(folder, reference))] : []),
    await checkReport(folder, positionals[0]),
  ];
  print(rows, checks);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ ...describeMachine(), hosts: rows, checks }, null, 2)}\n`);
  }
  if (values.docs) writePage(rows);
  const failed = rows.some(({ status }) => status === 'failed') || checks.some(({ faults }) => faults.length > 0);
  process.exitCode = failed || !reference ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
