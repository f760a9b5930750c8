// Compiles the digits network, serves it by worker.ts in workerd on the loopback interface, and checks the answers.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compile } from '../../compiler/index.js';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import { instantiateSync } from '../../runtime/forward.js';
import { folder as digitsFolder, loadDigits, pixelsPerImage } from '../digits/data.js';
import type { Answer, Refusal } from './worker.js';

interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}

const build = new URL('../../', import.meta.url);
const source = new URL('../examples/worker/', build);
const shownDigits = 20;

function loadMiniflare(): new (options: object) => Miniflare {
  if (!existsSync(new URL('node_modules/miniflare', source))) {
    console.error('installing miniflare into examples/worker');
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: source, stdio: ['ignore', 2, 2] });
    if (npm.status !== 0) throw new Error('npm ci: failed in examples/worker');
  }
  const require = createRequire(new URL('package.json', source));
  return (require('miniflare') as { Miniflare: new (options: object) => Miniflare }).Miniflare;
}

async function buildModule(): Promise<Uint8Array> {
  const model = readFileSync(new URL('model.json', digitsFolder), 'utf8');
  const tensors = readSafetensors(readFileSync(new URL('weights.safetensors', digitsFolder)));
  return (await compile(model, { tensors, weights: 'embed' })).binary;
}

function startWorker(): Miniflare {
  return new (loadMiniflare())({
    host: '127.0.0.1',
    port: 0,
    cf: false,
    modules: true,
    modulesRoot: fileURLToPath(build),
    scriptPath: fileURLToPath(new URL('worker.js', import.meta.url)),
    modulesRules: [
      { type: 'ESModule', include: ['**/*.js'] },
      { type: 'CompiledWasm', include: ['**/*.wasm'] },
    ],
    compatibilityDate: '2026-04-01',
  });
}

const failures: string[] = [];

function check(title: string, got: unknown, expected: unknown): void {
  const [left, right] = [got, expected].map((value) => JSON.stringify(value));
  if (left !== right) failures.push(`${title}: expected ${right}, got ${left}`);
}

async function post(url: URL, body: string): Promise<{ status: number; answer: Answer | Refusal }> {
  const response = await fetch(url, { method: 'POST', body });
  return { status: response.status, answer: (await response.json()) as Answer | Refusal };
}

/** Posts test digits; the answers must have the very bits of the same module in this process. */
async function checkDigits(url: URL, binary: Uint8Array): Promise<void> {
  const net = instantiateSync(binary);
  const { images, labels } = loadDigits().test;
  let right = 0;
  for (let i = 0; i < shownDigits; i++) {
    const image = images.slice(i * pixelsPerImage, (i + 1) * pixelsPerImage);
    const here = net.forward({ image: { data: image, shape: [1, 8, 8, 1] } });
    const { status, answer } = await post(url, JSON.stringify({ pixels: Array.from(image, (value) => value * 16) }));
    check(`digit ${i}, status`, status, 200);
    if (!('digit' in answer)) continue;
    check(`digit ${i}, probabilities`, answer.probabilities, [...here['probabilities']!.data]);
    if (answer.digit === labels[i]) right++;
    console.log(`label ${labels[i]}  answer ${answer.digit}  ${(answer.confidence * 100).toFixed(1)} %`);
  }
  check('digits recognized', right, shownDigits);
}

const refused: [body: string, code: string, message: string][] = [
  ['{', 'json', 'body: is not JSON'],
  ['null', 'pixels', 'body: pixels must be a list of 64 numbers'],
  ['{"pixels":"64"}', 'pixels', 'body: pixels must be a list of 64 numbers'],
  ['{"pixels":[1,2,3]}', 'count', 'pixels: expects 64 numbers, got 3'],
  [JSON.stringify({ pixels: new Array(64).fill(17) }), 'range', 'pixels[0]: must be a number from 0 to 16, got 17'],
  [
    JSON.stringify({ pixels: [...new Array<number>(63).fill(0), null] }),
    'range',
    'pixels[63]: must be a number from 0 to 16, got null',
  ],
];

async function checkRefusals(url: URL): Promise<void> {
  for (const [body, code, message] of refused) {
    check(`refusal of ${body}`, await post(url, body), { status: 400, answer: { error: { code, message } } });
  }
  const put = await fetch(url, { method: 'PUT', body: '' });
  check('PUT', [put.status, put.headers.get('allow')], [405, 'GET, POST']);
  const get = await fetch(url);
  check('GET', [get.status, (await get.text()).startsWith('POST {"pixels"')], [200, true]);
}

const binary = await buildModule();
writeFileSync(new URL('digits.wasm', import.meta.url), binary);
console.log(`digits.wasm  ${binary.length} bytes`);
const worker = startWorker();
try {
  const url = await worker.ready;
  await checkDigits(url, binary);
  await checkRefusals(url);
} finally {
  await worker.dispose();
}
failures.forEach((failure) => console.error(failure));
console.log(failures.length === 0 ? 'all answers are right' : `${failures.length} answers are wrong`);
process.exitCode = failures.length === 0 ? 0 : 1;
