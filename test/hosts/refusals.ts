import { openChromium, type Browser } from './chromium.js';
import { answerOf } from './families/browser.js';
import type { Mistyped, Mixed, Refused } from './guests/refusals.js';
import type { Answer } from './guests/served.js';
import type { HostDigest, Run, Thrown } from './host.js';
import { serve, withoutWasm, type Pages } from './serve.js';

/** A check, and what is wrong; or why it did not run. */
export interface Check {
  readonly title: string;
  readonly faults: readonly string[];
  readonly skipped?: string;
}

const scripts = {
  ...{ forbidden: 'refusals', mixed: 'refusals', mistyped: 'refusals' },
  ...{ worker: 'page', 'service-worker': 'page', 'service-worker-import': 'page' },
};

const show = ({ name, message }: Thrown): string => `${name}: ${message}`;

const same = (left: Run, right: Run): boolean =>
  left.parameters === right.parameters && left.outputs.join() === right.outputs.join();

function refusalFaults(refused: Refused, word: string): string[] {
  return Object.entries(refused)
    .filter(([, { name, message }]) => name !== 'ModuleError' || !message.includes(word))
    .map(([call, error]) => `${call}: expected a ModuleError that names ${word}, got ${show(error)}`);
}

function forbiddenFaults(answer: Answer, word: string): string[] {
  const got = 'error' in answer ? answer.error : 'a digest';
  return got.startsWith('ModuleError: ') && got.includes(word)
    ? []
    : [`expected a ModuleError that names ${word}, got ${got}`];
}

function mixedFaults({ runs, seeds }: Mixed, { networks }: HostDigest): string[] {
  const faults = runs.flatMap(({ network, run }, turn) =>
    same(run, networks[network]!.baseline) ? [] : [`turn ${turn}: ${network} is not what it is alone`],
  );
  if (new Set(seeds).size !== seeds.length) faults.push('instances of two seeds have the same parameters');
  return faults;
}

function mistypedFaults({ network, runs, streaming, missing }: Mistyped, { networks }: HostDigest): string[] {
  const faults = Object.entries(runs).flatMap(([source, run]) =>
    same(run, networks[network]!.baseline) ? [] : [`${network} from ${source} is not what it is elsewhere`],
  );
  if (streaming.name !== 'TypeError') faults.push(`compileStreaming: ${show(streaming)}`);
  return [...faults, ...refusalFaults(missing, 'instantiate')];
}

/** The refusals and mistakes that pages meet, each on a page of its own. */
export async function checkPages(folder: string, reference: HostDigest): Promise<readonly Check[]> {
  const wasm = 'digits.baseline.wasm';
  const cases: readonly {
    title: string;
    path: string;
    pages?: Partial<Pages>;
    faults: (answer: unknown) => string[];
  }[] = [
    {
      ...{ title: 'a page that forbids WebAssembly gets the error that says so', path: 'forbidden' },
      pages: { policies: { forbidden: withoutWasm } },
      faults: (answer) => refusalFaults(answer as Refused, 'wasm-unsafe-eval'),
    },
    ...['worker', 'service-worker'].map((path) => ({
      ...{ title: `so does a ${path.replace('-', ' ')}`, path },
      pages: { policies: { [`${path}.mjs`]: withoutWasm } },
      faults: (answer: unknown) => forbiddenFaults(answer as Answer, 'wasm-unsafe-eval'),
    })),
    {
      ...{ title: 'a service worker may not import() the loader', path: 'service-worker-import' },
      faults: (answer) =>
        (answer as Thrown | null)?.name === 'TypeError' ? [] : [`expected a TypeError, got ${JSON.stringify(answer)}`],
    },
    {
      ...{ title: 'two models in one page compute what they compute alone', path: 'mixed' },
      faults: (answer) => mixedFaults(answer as Mixed, reference),
    },
    {
      ...{ title: 'a module served as text works from its bytes', path: 'mistyped' },
      pages: { wrongTypes: { [wasm]: 'text/plain' } },
      faults: (answer) => mistypedFaults(answer as Mistyped, reference),
    },
  ];
  const chromium = await openChromium();
  if (typeof chromium === 'string') return cases.map(({ title }) => ({ title, faults: [], skipped: chromium }));
  const check = async (
    browser: Browser,
    { title, path, pages = {}, faults }: (typeof cases)[number],
  ): Promise<Check> => {
    const server = await serve(folder, { scripts, ...pages });
    try {
      return { title, faults: faults(await answerOf(await browser.newPage(), `${server.url}${path}`)) };
    } catch (error) {
      return { title, faults: [(error as Error).message] };
    } finally {
      server.close();
    }
  };
  const checks: Check[] = [];
  try {
    for (const one of cases) checks.push(await check(chromium.browser, one));
  } finally {
    await chromium.close();
  }
  return checks;
}

/** The loader's refusals of relaxed modules, and of bytes where the host compiles none, which every host has made already. */
export function checkLoaders(digests: ReadonlyMap<string, HostDigest>): readonly Check[] {
  const relaxed: [host: string, error: Thrown][] = [];
  const bytes: [host: string, error: Thrown][] = [];
  for (const [host, { loader }] of digests) {
    for (const run of Object.values(loader?.networks ?? {})) {
      if ('message' in run.relaxed) relaxed.push([host, run.relaxed]);
    }
    if (loader?.given === 'imported') bytes.push([host, loader.empty]);
  }
  const check = (title: string, refusals: typeof relaxed, word: string): Check => ({
    title: refusals.length === 0 ? title : `${title}: ${[...new Set(refusals.map(([host]) => host))].join(', ')}`,
    faults: refusals
      .filter(([, { name, message }]) => name !== 'ModuleError' || !message.includes(word))
      .map(([host, error]) => `${host}: expected a ModuleError that names ${word}, got ${show(error)}`),
    ...(refusals.length === 0 && { skipped: 'no such host ran' }),
  });
  return [
    check('a relaxed module is refused where the engine has no relaxed SIMD', relaxed, 'relaxed SIMD'),
    check('bytes are refused where the host compiles none', bytes, 'import the .wasm'),
  ];
}
