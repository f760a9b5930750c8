import { createHash } from 'node:crypto';
import type { HostDigest } from './host.js';

export interface Row {
  readonly host: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly version: string;
  readonly engine: string;
  readonly baseline: string;
  readonly relaxed: string;
  /** Short hashes over both networks: the same on every host. */
  readonly parameters: string;
  readonly outputs: string;
  /** The largest difference of a relaxed output from the baseline's. */
  readonly difference: number | null;
  /** Why it is skipped, or what is wrong. */
  readonly reasons: readonly string[];
  /** What it does not run, and why. */
  readonly note: string | null;
}

const header = ['host', 'version', 'engine', 'baseline', 'relaxed', 'parameters', 'outputs'] as const;

const short = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);

/** The row of a host that gave a digest. */
export function rowOf(host: string, digest: HostDigest, faults: readonly string[], difference: number | null): Row {
  const baselines = Object.entries(digest.networks).map(([name, { baseline }]) => [name, baseline] as const);
  const relaxed = difference === null ? 'not in this engine' : difference === 0 ? '0' : difference.toExponential(1);
  return {
    ...{ host, version: digest.version, engine: digest.engine, difference, reasons: faults, note: digest.note ?? null },
    status: faults.length > 0 ? 'failed' : 'passed',
    baseline: faults.length > 0 ? 'failed' : 'ok',
    relaxed: difference === null || faults.length > 0 ? relaxed : `ok, ${relaxed}`,
    parameters: short(baselines.map(([name, { parameters }]) => [name, parameters])),
    outputs: short(baselines.map(([name, { outputs }]) => [name, outputs])),
  };
}

/** The row of a host that gave none. */
export const rowWithout = (host: string, status: 'failed' | 'skipped', reason: string): Row => ({
  ...{ host, status, version: '–', engine: '–', baseline: status, relaxed: '–', parameters: '–', outputs: '–' },
  ...{ difference: null, reasons: [reason], note: null },
});

const padded = (rows: readonly Row[]): string[][] => {
  const cells = [header, ...rows.map((row) => header.map((column) => row[column]))];
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)));
};

/** The table as text. */
export const textTable = (rows: readonly Row[]): string =>
  padded(rows)
    .map((row) => row.join('  ').trimEnd())
    .join('\n');

/** The table of GitHub's Markdown. */
export function markdownTable(rows: readonly Row[]): string {
  const [head, ...body] = padded(rows);
  const rule = head!.map((cell) => '-'.repeat(cell.length));
  return [head!, rule, ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** `11 hosts passed, 0 failed, 1 skipped`. */
export function totals(rows: readonly Row[]): string {
  const count = (status: Row['status']): number => rows.filter((row) => row.status === status).length;
  return `${count('passed')} hosts passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}
