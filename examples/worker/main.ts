// npm run example -- worker [--quick]: compiles the digits network, serves it by worker.ts in workerd on the loopback
// interface and checks the answers; then measures it under load beside tfjs. --quick measures for a moment only.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ServiceCheck } from '../digits/checks.js';
import { writeDigits } from '../digits/module.js';
import { PinnedPackages } from '../support/packages.js';
import { loadTest } from './load/index.js';
import type { Autocannon } from './load/measure.js';

interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}

interface Packages {
  readonly Miniflare: new (options: object) => Miniflare;
  readonly autocannon: Autocannon;
  readonly workerd: string;
  readonly version: string;
}

const build = new URL('../../', import.meta.url);
const source = new URL('../examples/worker/', build);

function loadPackages(): Packages | undefined {
  const packages = new PinnedPackages(source);
  if (['miniflare', 'workerd', 'autocannon'].some((name) => !packages.find(name))) return undefined;
  const require = createRequire(new URL('package.json', source));
  const { Miniflare } = require('miniflare') as Pick<Packages, 'Miniflare'>;
  const workerd = require('workerd') as { readonly default: string; readonly version: string };
  return {
    Miniflare,
    autocannon: require('autocannon') as Autocannon,
    workerd: workerd.default,
    version: workerd.version,
  };
}

const startWorker = ({ Miniflare }: Packages): Miniflare =>
  new Miniflare({
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

async function checkAnswers(packages: Packages, binary: Uint8Array): Promise<string[]> {
  const worker = startWorker(packages);
  try {
    const check = new ServiceCheck(await worker.ready);
    await check.digits(binary);
    await check.refusals();
    return check.failures;
  } finally {
    await worker.dispose();
  }
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const packages = loadPackages();
if (packages) {
  const binary = await writeDigits(new URL('./', import.meta.url), 'cloudflare');
  console.log(`digits.wasm  ${binary.length} bytes`);
  const failures = await checkAnswers(packages, binary);
  console.log(failures.length === 0 ? 'all answers are right' : `${failures.length} answers are wrong`);
  failures.push(...(await loadTest(binary, values.quick ? 'quick' : 'full', packages)));
  failures.forEach((failure) => console.error(failure));
  process.exitCode = failures.length === 0 ? 0 : 1;
} else console.log('skipped: the packages of examples/worker are not to be had');
