import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from '../hosts/install.js';
import type { Browser } from '../hosts/chromium.js';
import {
  collectLog,
  include,
  loadBundler,
  plugin,
  writePage,
  type Bundler,
  type Built,
  type Goal,
  type Vite,
} from './bundlers.js';
import { runPage } from './page.js';
import { facts, layered, type Project } from './project.js';

/** What a check found: nothing, or what is wrong. */
export type Faults = readonly string[];

const entries: Readonly<Record<Goal, string>> = { page: 'page.js', node: 'server.js', workerd: 'worker.js' };
const outOf = (project: Project, { name }: Bundler, goal: Goal): string =>
  project.path(`dist/${name.replace(' ', '-')}-${goal}`);

function differences(title: string, got: unknown, expected: unknown): string[] {
  const [left, right] = [got, expected].map((value) => JSON.stringify(value));
  return left === right ? [] : [`${title}: expected ${right}, got ${left}`];
}

async function build(project: Project, bundler: Bundler, goal: Goal): Promise<Built & { readonly out: string }> {
  const out = outOf(project, bundler, goal);
  const built = await bundler.build(project, { entry: project.path(entries[goal]), out, goal });
  return { ...built, out };
}

/** Files of models that no watching build would see change. */
const unwatched = (project: Project, watched: ReadonlySet<string>): string[] =>
  ['seeded.json', 'referring.json', 'referring.safetensors', 'sigmoid.onnx', 'scripted.mjs', 'ready.wasm']
    .filter((name) => !watched.has(project.path(`models/${name}`)))
    .map((name) => `watch: ${name} is not watched`);

/** The page under a strict policy gives the bits that Node does. */
export async function checkPage(project: Project, bundler: Bundler, browser: Browser): Promise<Faults> {
  const { out, script, log, watched } = await build(project, bundler, 'page');
  writePage(out, script, !/iife|webpack/.test(bundler.name));
  const result = await runPage(browser, out);
  return [
    ...differences('page', result, { results: project.expected, facts }),
    ...(watched ? unwatched(project, new Set(watched)) : []),
    ...differences('note', log.includes('storage f16: 2 variables'), true),
  ];
}

export async function checkNode(project: Project, bundler: Bundler): Promise<Faults> {
  const { out, script } = await build(project, bundler, 'node');
  const { stdout, stderr } = spawnSync(process.execPath, [join(out, script)], { encoding: 'utf8', timeout: 60_000 });
  if (stdout === '') return [`node: ${stderr}`];
  return differences('node', JSON.parse(stdout), { results: project.expected, facts });
}

interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}

/** The worker imports its module, which workerd compiled. */
export async function checkWorkerd(project: Project, bundler: Bundler): Promise<Faults | string> {
  const found = await load<{ readonly Miniflare: new (options: object) => Miniflare }>('miniflare');
  if (typeof found === 'string') return found;
  const { out, script } = await build(project, bundler, 'workerd');
  const names = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.wasm'));
  const modules = [
    { type: 'ESModule', path: join(out, script) },
    ...names.map((name) => ({ type: 'CompiledWasm', path: join(out, name) })),
  ];
  const worker = new found.Miniflare({
    ...{ host: '127.0.0.1', port: 0, cf: false, compatibilityDate: '2026-04-01' },
    ...{ modules, modulesRoot: out },
  });
  try {
    const response = await fetch(await worker.ready);
    return differences('workerd', await response.json(), project.expected['seeded']);
  } finally {
    await worker.dispose();
  }
}

/** What is wrong with a model is an error of the build, with the file and the reason. */
export async function checkFaults(project: Project, bundler: Bundler): Promise<Faults> {
  const cases: readonly (readonly [entry: string, text: RegExp])[] = [
    ['wrong.js', /models\/wrong\.json: .*unknown kind 'dens'.*did you mean 'dense'/s],
    ['unknown.js', /models\/seeded\.json.*unknown option 'sed'.*did you mean 'seed'/s],
  ];
  const faults: string[] = [];
  for (const [entry, expected] of cases) {
    const out = project.path(`dist/${entry}`);
    const message = await bundler.build(project, { entry: project.path(entry), out, goal: 'page' }).then(
      () => 'it was built',
      (error: unknown) => String(error),
    );
    if (!expected.test(message)) faults.push(`${entry}: expected ${String(expected)}, got ${message}`);
  }
  return faults;
}

/** The second build of the same models compiles none. */
export async function checkCache(project: Project, bundler: Bundler): Promise<Faults> {
  const { log } = await build(project, bundler, 'page');
  const lines = log.split('\n').filter((line) => line.includes(' → '));
  const compiled = lines.filter((line) => !line.endsWith(', cached'));
  return lines.length === 0 ? ['cache: no line tells of a model'] : compiled.map((line) => `cache: ${line}`);
}

const until = async (holds: () => Promise<boolean>): Promise<boolean> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await holds().catch(() => false)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
};

/** A page of the dev server shows a model, and after a change of its file the other one. */
export async function checkServer(project: Project, name: 'vite' | 'vite7', browser: Browser): Promise<Faults> {
  const vite = await loadBundler<Vite>(name);
  if (typeof vite === 'string') return [vite];
  const model = project.path('models/changing.json');
  await writeFile(model, JSON.stringify(layered(4)));
  const { logger, text } = collectLog();
  const server = await vite.createServer({
    root: project.folder,
    configFile: false,
    customLogger: logger,
    server: { host: '127.0.0.1', port: 0 },
    plugins: [(await plugin(project, 'vite'))({ include, cache: `.cache/${name}-server`, types: true })],
    cacheDir: project.path(`.cache/${name}-deps`),
  });
  try {
    await server.listen();
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]!);
    const shows = (units: number) => () => page.evaluate('result').then((width) => width === units);
    if (!(await until(shows(4)))) return [`${name}: the page shows no model\n${text()}`];
    await writeFile(model, JSON.stringify(layered(6)));
    if (!(await until(shows(6)))) return [`${name}: the page shows the old model after a change\n${text()}`];
    const types = await readFile(project.path('nacre-env.d.ts'), 'utf8');
    const { run } = await server.ssrLoadModule('/run.js');
    return [
      ...differences('types', types.includes('declare module "*/models/changing.json?nacre"'), true),
      ...differences('faults in the log', /error/i.exec(text())?.input, undefined),
      ...differences('on the server', await run(), { results: project.expected, facts }),
    ];
  } finally {
    await server.close();
  }
}
