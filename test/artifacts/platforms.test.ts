import { readFileSync } from 'node:fs';
import test from 'ava';
import {
  checkBudget,
  platforms,
  type Budget,
  type Check,
  type Deployment,
  type Platform,
} from '../../compiler/artifacts/index.js';
import { largestSize } from '../../compiler/artifacts/budget.js';
import { startFigures } from '../../compiler/artifacts/startup.js';
import { compilePlanned, type CompileOptions } from '../../compiler/compile.js';
import { dense, input, sequential, type Graph } from '../../compiler/index.js';
import type { InitializerName } from '../../compiler/declaration.js';
import { Pipeline } from '../../compiler/pipeline.js';
import { thousands } from '../../compiler/text.js';

const page = readFileSync(new URL('../../../docs/platforms.md', import.meta.url), 'utf8');

/** The cells of a table's row, however they are padded. */
const cells = (line: string): string =>
  line
    .split('|')
    .map((cell) => cell.trim())
    .join(' | ')
    .trim();

function rowOf([name, { title, size, memory, start, source, date }]: [string, Platform]): string {
  const plans = Object.entries(size.plans).map(
    ([plan, bytes]) => `${plan === 'all' ? '' : `${plan} `}${thousands(bytes)}`,
  );
  const counted = [size.counted === 'gzip' ? 'gzip' : 'as it is', ...(size.withWeights ? ['weights too'] : [])].join(
    ', ',
  );
  const limit = start === null ? '–' : `${thousands(start.milliseconds)} ms, ${start.of}`;
  return `| \`${name}\` | ${title} | ${plans.join(', ')} | ${counted} | ${thousands(memory)} | ${limit} | [${date}](${source}) |`;
}

test('docs/platforms.md has the limits', (t) => {
  const lines = page.split('\n').map(cells);
  const rows = Object.entries(platforms).map(rowOf);
  for (const row of rows) t.true(lines.includes(cells(row)), row);
  t.is(lines.filter((line) => /^\| `[a-z]+` \| .*\]\(http/.test(line)).length, rows.length);
});

const planned = async (model: Graph, options: CompileOptions = {}): Promise<Deployment> => {
  const { module, plan } = await compilePlanned(new Pipeline(model, options), options);
  const { length } = module.binary;
  return {
    ...{ plan, modules: [length], kept: length, bundle: { raw: length, gzip: length } },
    ...{ weights: module.weights?.length ?? 0, maxMemory: module.manifest.memory.max },
  };
};

const wide = (rows: number | string, units = 1000): Graph =>
  sequential([input([rows, 1000]), dense({ units, bias: false })]);
const MiB = 2 ** 20;

/** Limits that something comes to, and those that it is above, as `what: got of most`. */
const cases: readonly (readonly [
  title: string,
  budget: Budget,
  deployment: Partial<Deployment>,
  expected: readonly string[],
])[] = [
  ['the module alone', { maxBytes: 10 }, { modules: [9, 10] }, ['size 10 of 10']],
  ['a byte too much', { maxBytes: 10 }, { modules: [11, 9] }, ['size 11 of 10!']],
  [
    'what Workers count',
    { platform: { name: 'cloudflare', plan: 'all' } },
    { modules: [0], bundle: { raw: 64 * MiB + 1, gzip: 5 }, weights: 7 },
    [`size ${64 * MiB + 1} of ${64 * MiB}!`],
  ],
  [
    'compressed, in a plan',
    { platform: { name: 'vercel', plan: 'pro' } },
    { modules: [0], bundle: { raw: 9e6, gzip: 2e6 } },
    ['size 2000000 of 2000000'],
  ],
  [
    'with weights',
    { platform: { name: 'deno', plan: 'all' } },
    { modules: [0], bundle: { raw: 6e8, gzip: 1 }, weights: 5e8 },
    ['size 1100000000 of 1000000000!'],
  ],
];

const shown = ({ what, got, most, fits }: Check): string => `${what} ${got} of ${most}${fits ? '' : '!'}`;

for (const [title, budget, deployment, expected] of cases) {
  test(`size: ${title}`, async (t) => {
    const checks = checkBudget(budget, { ...(await planned(wide(1))), ...deployment });
    t.deepEqual(checks.filter(({ what }) => what === 'size').map(shown), expected);
  });
}

const memoryOf = (deployment: Deployment): Check =>
  checkBudget({ platform: { name: 'cloudflare', plan: 'all' } }, deployment).find(({ what }) => what === 'memory')!;

test('memory: whole pages of an instance, and the bytes of its module', async (t) => {
  const deployment = await planned(wide(1));
  const { got, fits, note } = memoryOf(deployment);
  const instance = got - deployment.modules[0]!;
  const { binary } = (await compilePlanned(new Pipeline(wide(1)), {})).module;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary as BufferSource));
  t.is(instance, (exports['memory'] as WebAssembly.Memory).buffer.byteLength);
  t.deepEqual([fits, note], [true, undefined]);
});

test('memory: what leaves little is told', async (t) => {
  const { got, fits, note, most } = memoryOf(await planned(wide(14_000)));
  t.true(fits && got > 0.75 * most);
  t.is(note, `memory: leaves ${thousands(most - got)} bytes for everything else`);
});

test('memory: the largest size that fits, at its limit or not', async (t) => {
  const { plan } = await planned(wide('rows'));
  const size = largestSize(plan, 128e6)!;
  t.true(memoryOf({ ...(await planned(wide(size))), kept: 0 }).fits);
  t.false(memoryOf({ ...(await planned(wide(size + 9))), kept: 0 }).fits);
  t.is(largestSize(plan, 65536), undefined);
  t.is(largestSize((await planned(wide(1))).plan, 128e6), undefined);
});

test('memory: a limit of the module is one of its sizes too', async (t) => {
  const open = await planned(wide('rows'));
  t.regex(
    memoryOf(open).note!,
    /^memory: rows has no limit, and this is at rows 1; --dims "rows<=\d+" or --max-memory \d+ bounds it$/,
  );
  const { got, note, fits } = memoryOf({ ...open, maxMemory: 100 * MiB });
  t.deepEqual(
    [got, note, fits],
    [100 * MiB + open.modules[0]!, `memory: leaves ${thousands(128e6 - got)} bytes for everything else`, true],
  );
});

const start = async (model: Graph, options: CompileOptions = {}) => {
  const { plan, modules } = await planned(model, options);
  return startFigures(plan, modules[0]!);
};

test('start-up: draws by their distribution and generator, values by their bytes', async (t) => {
  const drawn = (weight: InitializerName): Graph =>
    sequential([input([1, 1000]), dense({ units: 1000, bias: false, weight })]);
  const uniform = await start(drawn('uniform'));
  t.is(uniform.draw, (2 * 1e6) / 676e3);
  t.is((await start(drawn('normal'))).draw, (2 * 1e6) / 376e3);
  t.is((await start(drawn('uniform'), { rng: 'torch' })).draw, (2 * 1e6) / 540e3);
  t.is((await start(drawn('orthogonal'))).draw, (2 * 1e9) / 8.3e6);
  t.is((await start(drawn('zeros'))).draw, 0);
  t.is(uniform.check, 0);
  t.is(uniform.total, uniform.compile + uniform.draw + uniform.write);
  const embedded = await start(drawn('uniform'), { weights: 'embed' });
  t.is(embedded.draw, 0);
  t.is(embedded.write, (2 * 4 * 4e6) / 1.4e6);
  t.true(embedded.compile < uniform.compile);
  const external = await start(drawn('uniform'), { weights: 'external' });
  t.is(external.check, (2 * 4e6) / 180e3);
  t.is(external.write, (2 * 3 * 4e6) / 1.4e6);
  const half = await start(drawn('uniform'), { weights: 'embed', storage: 'f16' });
  t.is(half.write, (2 * (2 * 4e6 + 2 * 2e6)) / 1.4e6);
});

test('start-up: Workers on the free plan are told of requests', async (t) => {
  const { note, fits } = checkBudget(
    { platform: { name: 'cloudflare', plan: 'all' } },
    await planned(wide(1, 4000)),
  ).at(-1)!;
  t.true(fits);
  t.regex(note!, /^start-up: a request has 10 ms of CPU time on the free plan; /);
});
