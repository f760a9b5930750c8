import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { Check } from '../../compiler/artifacts/index.js';
import { makePlayground, mlp, type Playground } from '../cli/playground.js';
import type { Loading } from './models.js';

let folder: string;
let nacre: Playground['nacre'];
let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
  ({ folder, nacre } = playground);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
});
test.after.always(() => playground.remove());

interface Report {
  readonly files: readonly string[];
  readonly bytes: number;
  readonly loader?: { readonly runtime: string; readonly bytes: number };
  readonly checks?: readonly Check[];
}

/** Files that a command line of `compile` writes, sorted; it must succeed and say the same. */
async function written(t: ExecutionContext, ...argv: string[]): Promise<{ files: string[]; report: Report }> {
  const before = await readdir(folder);
  const { code, stdout, stderr } = await nacre('compile', ...argv, '--json');
  t.is(code, 0, stderr);
  const report = JSON.parse(stdout) as Report;
  const files = (await readdir(folder)).filter((name) => !before.includes(name)).sort();
  t.deepEqual(report.files.map((path) => path.slice(folder.length + 1)).sort(), files);
  return { files, report };
}

const rows: readonly (readonly [argv: readonly string[], files: readonly string[]])[] = [
  [
    ['-o', '@a.wasm'],
    ['a.d.ts', 'a.d.wasm.ts', 'a.js', 'a.wasm'],
  ],
  [
    ['-o', '@b.wasm', '--no-loader'],
    ['b.d.wasm.ts', 'b.wasm'],
  ],
  [
    ['-o', '@c.wasm', '--no-types'],
    ['c.js', 'c.wasm'],
  ],
  [
    ['-o', '@d.wasm', '--weights', 'external'],
    ['d.d.ts', 'd.d.wasm.ts', 'd.js', 'd.safetensors', 'd.wasm'],
  ],
  [
    ['-o', '@e.wasm', '--target', 'both'],
    ['e.d.ts', 'e.d.wasm.ts', 'e.js', 'e.relaxed.d.wasm.ts', 'e.relaxed.wasm', 'e.wasm'],
  ],
  [
    ['-o', '@f.js', '--inline'],
    ['f.d.ts', 'f.js'],
  ],
  [
    ['-o', '@g.wasm', '--inline'],
    ['g.d.ts', 'g.d.wasm.ts', 'g.js', 'g.wasm'],
  ],
  [['-o', '@h.js', '--inline', '--target', 'both', '--no-types'], ['h.js']],
  [['-o', '@i.bin'], ['i.bin']],
];

for (const [argv, files] of rows) {
  test.serial(`compile writes ${files.join(', ')}`, async (t) => {
    t.deepEqual((await written(t, mlp, ...argv)).files, files);
  });
}

test.serial('what compile writes runs, three lines of it', async (t) => {
  const input = { x: JSON.parse(await readFile(join(folder, 'twenty.json'), 'utf8')) as number[][] };
  const results: unknown[] = [];
  for (const [name, ...argv] of [
    ['plain.wasm'],
    ['outside.wasm', '--weights', 'external'],
    ['alone.js', '--inline'],
    ['frozen.wasm', '--parameters', 'frozen'],
    ['deno.wasm', '--for', 'deno'],
  ] as const) {
    const { report } = await written(t, mlp, '-o', `@${name}`, '--seed', '5', ...argv);
    const url = pathToFileURL(join(folder, name.replace('.wasm', '.js'))).href;
    const { default: load } = (await import(url)) as Loading;
    const net = await load();
    results.push(Object.values(net.forward(input))[0]);
    t.is(report.loader?.runtime, name === 'frozen.wasm' ? 'forward' : 'full');
  }
  for (const result of results) t.deepEqual(result, results[0]);
});

test.serial('compile tells of the loader and of limits', async (t) => {
  const { stdout, code, stderr } = await nacre(
    'compile',
    mlp,
    '-o',
    '@told.wasm',
    '--for',
    'cloudflare',
    '--target',
    'both',
  );
  t.deepEqual([code, stderr], [0, '']);
  const number = '\\d{1,3}(,\\d{3})*';
  const patterns = [
    `^@/told\\.wasm +${number} bytes \\(${number} gzip\\)  baseline, weights: seed 0, carries .*$`,
    `^@/told\\.relaxed\\.wasm +${number} bytes \\(${number} gzip\\)  relaxed$`,
    `^@/told\\.js +${number} bytes \\(${number} gzip\\)  loader, full runtime$`,
    '^memory +parameters .*$',
    `^cloudflare +size ${number} of 67,108,864 bytes, memory ${number} of 128,000,000 bytes, start-up about \\d of 1,000 ms$`,
    '^$',
  ];
  stdout
    .replaceAll(folder, '@')
    .split('\n')
    .forEach((line, index) => t.regex(line, new RegExp(patterns[index]!)));
});

test.serial('checks are in the JSON', async (t) => {
  const { report } = await written(t, mlp, '-o', '@checked.wasm', '--for', 'vercel:pro', '--max-bytes', '1000000');
  t.deepEqual(
    report.checks!.map(({ by, what, unit, most, fits }) => [by, what, unit, most, fits]),
    [
      ['--max-bytes', 'size', 'bytes', 1e6, true],
      ['vercel:pro', 'size', 'bytes', 2e6, true],
      ['vercel:pro', 'memory', 'bytes', 128e6, true],
      ['vercel:pro', 'start-up', 'ms', 25_000, true],
    ],
  );
  t.is(report.checks![0]!.got, report.bytes);
});

test.serial('sizes without a limit are told, and what would bound them', async (t) => {
  const { stderr } = await nacre('compile', '@keras.json', '-o', '@open.wasm', '--for', 'cloudflare');
  t.regex(
    stderr,
    /^note: cloudflare: memory: batch has no limit, and this is at batch 1; --dims "batch<=\d{4}" or --max-memory \d{9} bounds it\n$/,
  );
  const [, dims, memory] = /(batch<=\d+)" or --max-memory (\d+)/.exec(stderr)!;
  for (const bound of [
    ['--dims', dims!],
    ['--max-memory', memory!],
  ]) {
    t.is((await nacre('compile', '@keras.json', '-o', '@open.wasm', '--for', 'cloudflare', ...bound)).code, 0);
  }
  const more = dims!.replace(/\d+/, (size) => String(Number(size) + 2));
  t.is((await nacre('compile', '@keras.json', '-o', '@open.wasm', '--for', 'cloudflare', '--dims', more)).code, 1);
});

test.serial('for netlify a note says what is bundled', async (t) => {
  const portable = await nacre('compile', mlp, '-o', '@n.wasm', '--for', 'netlify');
  t.is(
    portable.stderr,
    'note: netlify: files that no import names may be left out of what is deployed; --inline needs none\n',
  );
  t.is((await nacre('compile', mlp, '-o', '@n.js', '--for', 'netlify', '--inline')).stderr, '');
});

const big = { units: 700 };
const bigModel = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 700] }],
  layers: [
    { name: 'a', kind: 'dense', ...big },
    { name: 'b', kind: 'dense', ...big, weight: 'orthogonal' },
  ],
  outputs: ['b'],
};

/** A text without its figures. */
const digits = (text: string): string => text.replaceAll(/(?<![a-z])\d[\d,]*\d/g, 'N');

const tooLarge: readonly (readonly [argv: readonly string[], stderr: string])[] = [
  [
    ['--max-bytes', '1000'],
    '--max-bytes: size is N of N bytes (of the module), N too many; --weights external saves N\n',
  ],
  [
    ['--max-bytes', '1020000', '--weights', 'embed'],
    '--max-bytes: size is N of N bytes (of the module), N too many; --weights external saves N, which is enough; ' +
      '--weights seed saves N, which is enough; --storage int8 saves N, which is enough; --storage f16 saves N\n',
  ],
  [
    ['--for', 'vercel', '--weights', 'embed'],
    'vercel:hobby: size is N of N bytes (modules and loader, compressed), N too many; --weights external saves N, ' +
      'which is enough; --weights seed saves N, which is enough; --storage int8 saves N, which is enough; ' +
      '--storage f16 saves N; --for vercel:enterprise allows it\n',
  ],
  [
    ['--for', 'netlify', '--dims', 'batch<=100000'],
    'netlify: memory is N of N bytes (of an instance, and its module), N too many; --dims "batch<=N" fits\n' +
      'netlify: start-up is about N of N ms (CPU time of a request), N too many; --weights embed saves N, which is enough; ' +
      '--weights external saves N\n',
  ],
];

for (const [argv, stderr] of tooLarge) {
  test.serial(`nacre compile ${argv.join(' ')} refuses a large model, and writes nothing`, async (t) => {
    await writeFile(join(folder, 'big.json'), JSON.stringify(bigModel));
    const before = await readdir(folder);
    const result = await nacre('compile', '@big.json', '-o', '@large.wasm', ...argv);
    t.deepEqual([result.code, result.stdout], [1, '']);
    t.is(digits(result.stderr), stderr);
    t.deepEqual(await readdir(folder), before);
  });
}

const refusals: readonly (readonly [argv: readonly string[], stderr: string])[] = [
  [['-o', '@r.js'], '-o: @/r.js would be the loader; name the module, as in @/r.wasm, or pass --inline'],
  [['-o', '@r.wasm', '--runtime', 'small'], "--runtime: must be forward or full, got 'small'"],
  [
    ['-o', '@r.wasm', '--for', 'cloudfare'],
    "--for: must be cloudflare, vercel, netlify, deno, browser, got 'cloudfare'; did you mean 'cloudflare'?",
  ],
  [
    ['-o', '@r.wasm', '--for', 'vercel:free'],
    "--for: the plans of vercel are hobby, pro, enterprise, got 'vercel:free'",
  ],
  [['-o', '@r.wasm', '--for', 'deno:pro'], "--for: deno has the same limits on all plans, got 'deno:pro'"],
  [['-o', '@r.wasm', '--max-bytes', '3MB'], "--max-bytes: must be a whole number of at least 1, got '3MB'"],
  [
    ['-o', '@r.bin', '--target', 'both'],
    "--target: both writes two modules, so that -o must end in .wasm, got '@/r.bin'",
  ],
  [['-o', '@r.js', '--inline', '--no-loader'], '--inline: the module is in the loader, which --no-loader leaves out'],
  [['-o', '@r.mjs', '--inline'], "--inline: -o must end in .js or .wasm, got '@/r.mjs'"],
  [
    ['-o', '@r.js', '--inline', '--weights', 'external'],
    '--inline: external weights are a second file; compile with weights embed or seed',
  ],
  [
    ['-o', '@r.js', '--inline', '--for', 'cloudflare'],
    '--inline: cloudflare does not compile WebAssembly from bytes; leave it out, and the module is imported',
  ],
  [['-o', '@own.wasm'], '@/own.js: was not written by nacre; choose another name for -o, or pass --no-loader'],
  [['-o', '@typed.wasm'], '@/typed.d.ts: was not written by nacre; choose another name for -o, or pass --no-loader'],
];

for (const [argv, stderr] of refusals) {
  test.serial(`nacre compile ${argv.join(' ')}: ${stderr}`, async (t) => {
    await writeFile(join(folder, 'own.js'), 'export const mine = 1;');
    await writeFile(join(folder, 'typed.d.ts'), 'export const mine: number;');
    const before = await readdir(folder);
    t.deepEqual(await nacre('compile', '@keras.json', ...argv), { code: 2, stdout: '', stderr: `${stderr}\n` });
    t.deepEqual(await readdir(folder), before);
  });
}
