import { existsSync, readFileSync } from 'node:fs';

/** A module of compiler/, either one file or a folder of them: `ir` is compiler/ir.ts and everything in compiler/ir/. */
const module = (name) => `^compiler/${name}(\\.ts$|/)`;

const foundation = [
  'tensor',
  'dim',
  'bounds',
  'errors',
  'formula',
  'functions',
  'heads',
  'random',
  'show',
  'stored',
  'streams',
  'suggest',
];

/**
 * The stages in their order. A stage imports itself, the foundation and what is listed here; a file of compiler/ that
 * is not listed (index, print, …) stands above all stages: it imports what it likes and no stage imports it.
 */
const stages = {
  attributes: [],
  aliases: [],
  ir: [],
  facts: ['ir'],
  ops: ['ir', 'facts'],
  build: ['ir', 'ops'],
  expand: ['ir', 'ops', 'build'],
  initializers: ['ir', 'ops', 'build', 'attributes'],
  layers: ['ir', 'ops', 'build', 'expand', 'attributes', 'initializers'],
  declaration: ['ir', 'attributes', 'aliases', 'initializers', 'layers'],
  lower: ['ir', 'ops', 'build', 'initializers', 'layers', 'declaration'],
  graph: ['ir', 'initializers', 'layers', 'declaration', 'lower'],
  optimize: ['ir', 'ops', 'build'],
  plan: ['ir', 'facts'],
  emit: ['ir', 'facts', 'plan'],
  custom: ['ir', 'emit'],
  import: ['aliases', 'ir', 'ops', 'build', 'expand', 'initializers', 'layers', 'declaration', 'lower', 'graph'],
};

/** Folders of families, the file that lists them, and what else that file imports. */
const families = {
  ops: { table: 'index', besides: [] },
  initializers: { table: 'table', besides: [] },
  layers: { table: 'table', besides: [] },
  optimize: { table: 'index', besides: ['rewrite', 'verify'] },
};

const listed = (folder, table, besides) => {
  const file = new URL(`compiler/${folder}/${table}.ts`, import.meta.url);
  if (!existsSync(file)) return [];
  const imports = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export) (?!type\b)[^;']* from '\.\/([^'/]+)(?:\/index)?\.js';/gm,
  );
  return [...imports].map(([, name]) => name).filter((name) => !besides.includes(name));
};

/** Files of compiler/, besides the command line and the plugin, that may use Node's own modules. */
const hostFiles = ['emit/hosts/node', 'import/beside', 'import/onnx/file'];

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const entryPoints = Object.values(exports)
  .filter((target) => typeof target === 'object' && target.default !== undefined)
  .map(({ default: file }) => file.replace(/^\.\/build\/(.*)\.js$/, '^$1\\.ts$'));

const stageRules = Object.entries({ [`(${foundation.join('|')})`]: [], ...stages }).map(([stage, below]) => ({
  name: `stage-order-${foundation.every((name) => stage.includes(name)) ? 'foundation' : stage}`,
  comment: `compiler/${stage} imports only ${['itself', ...foundation, ...below].join(', ')}`,
  severity: 'error',
  from: { path: module(stage) },
  to: { path: '^compiler/', pathNot: [stage, ...foundation, ...below].map(module) },
}));

const siblingRules = Object.entries(families)
  .map(([folder, { table, besides }]) => ({ folder, table, names: listed(folder, table, besides) }))
  .filter(({ names }) => names.length > 0)
  .map(({ folder, table, names }) => ({
    name: `siblings-${folder}`,
    comment: `what ${folder}/${table}.ts lists is imported only there: families never import each other`,
    severity: 'error',
    from: { path: `^compiler/${folder}/([^/.]+)`, pathNot: `^compiler/${folder}/(index|table)\\.ts$` },
    to: { path: names.map((name) => module(`${folder}/${name}`)), pathNot: module(`${folder}/$1`) },
  }));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...stageRules,
    ...siblingRules,
    {
      name: 'siblings-import',
      comment: 'importers of different formats share only safetensors and compiler/declaration',
      severity: 'error',
      from: { path: '^compiler/import/([^/]+)/' },
      to: { path: '^compiler/import/[^/]+/', pathNot: '^compiler/import/$1/' },
    },
    {
      name: 'plan-index',
      comment: 'plan/index.ts joins the parts of the planner; the parts do not import it back',
      severity: 'error',
      from: { path: '^compiler/plan/', pathNot: '^compiler/plan/index\\.ts$' },
      to: { path: '^compiler/plan/index\\.ts$' },
    },
    {
      name: 'compiler-to-runtime',
      comment:
        'the stages share the manifest, the errors and the types of host functions with the runtime, nothing else',
      severity: 'error',
      from: { path: [...foundation, ...Object.keys(stages)].map(module) },
      to: { path: '^runtime/', pathNot: '^runtime/(manifest|errors|host)\\.ts$' },
    },
    {
      name: 'runtime-alone',
      comment: 'the runtime has no dependency: it imports only itself',
      severity: 'error',
      from: { path: '^runtime/' },
      to: { pathNot: '^runtime/' },
    },
    {
      name: 'assembly-alone',
      comment: 'kernels import only kernels',
      severity: 'error',
      from: { path: '^assembly/' },
      to: { pathNot: '^assembly/' },
    },
    {
      name: 'kernels-not-imported',
      comment: 'kernels are compiled by asc and linked, never imported',
      severity: 'error',
      from: { pathNot: '^(test/)?assembly/' },
      to: { path: '^assembly/' },
    },
    {
      name: 'binaryen-wrapped',
      comment:
        'one file of the project imports binaryen, and one loads it; the types of what browsers load are the same',
      severity: 'error',
      from: { pathNot: '^compiler/emit/(binaryen|hosts/node|hosts/binaryen\\.d)\\.ts$' },
      to: { path: '(^|/)node_modules/binaryen/' },
    },
    {
      name: 'vega-wrapped',
      comment: 'one file imports the parts of vega, and is loaded when something is drawn; their types cost nothing',
      severity: 'error',
      from: { pathNot: '^compiler/report/vega\\.ts$' },
      to: { path: '(^|/)node_modules/vega-(?!typings)' },
    },
    {
      name: 'fflate-wrapped',
      comment: 'one file of the package imports fflate',
      severity: 'error',
      from: { path: '^(compiler|runtime)/', pathNot: '^compiler/import/keras/zip\\.ts$' },
      to: { path: '(^|/)node_modules/fflate/' },
    },
    {
      name: 'h5wasm-wrapped',
      comment: 'h5wasm is an optional peer that one file loads when HDF5 is read: nothing imports it',
      severity: 'error',
      from: {},
      to: { path: '(^|/)(node_modules/)?h5wasm(/|$)' },
    },
    {
      name: 'no-host-in-compiler',
      comment: 'only what works on files and the files named here use Node modules: the compiler runs in browsers too',
      severity: 'error',
      from: {
        path: '^compiler/',
        pathNot: ['^compiler/(cli|files|plugin)/', ...hostFiles.map((file) => `^compiler/${file}\\.ts$`)],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'cli-on-top',
      comment: 'nothing but its tests imports the command line',
      severity: 'error',
      from: { pathNot: '^(compiler/cli|test)/' },
      to: { path: '^compiler/cli/' },
    },
    {
      name: 'files-below',
      comment: 'what reads models from files is shared by the command line and the plugin',
      severity: 'error',
      from: { pathNot: '^(compiler/(cli|files|plugin)|test)/' },
      to: { path: '^compiler/files/' },
    },
    {
      name: 'plugin-on-top',
      comment: 'nothing but tests and examples import the plugin of bundlers',
      severity: 'error',
      from: { pathNot: '^(compiler/plugin|test|examples)/' },
      to: { path: '^compiler/plugin/' },
    },
    {
      name: 'plugin-client-alone',
      comment: 'what pages run of the plugin imports only itself, the runtime, and the file system where there is one',
      severity: 'error',
      from: { path: '^compiler/plugin/client/' },
      to: { pathNot: ['^compiler/plugin/client/', '^runtime/', '^fs/promises$'] },
    },
    {
      name: 'unplugin-wrapped',
      comment: 'one file imports unplugin, whose types are those of every bundler',
      severity: 'error',
      from: { pathNot: '^compiler/plugin/core\\.ts$' },
      to: { path: '(^|/)node_modules/unplugin/' },
    },
    {
      name: 'package-alone',
      comment: 'what is published imports nothing that is not',
      severity: 'error',
      from: { path: '^(compiler|runtime)/' },
      to: { path: '^(page|test|examples|bench|tools)/' },
    },
    {
      name: 'examples-use-the-package',
      comment: 'an example sees what a user sees: the entry points in the exports of package.json',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(compiler|runtime)/', pathNot: entryPoints },
    },
    {
      name: 'no-development-dependency',
      comment: 'what is published imports its dependencies only; assemblyscript is an optional peer',
      severity: 'error',
      from: { path: '^(compiler|runtime)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: {
        couldNotResolve: true,
        pathNot: [
          '\\.(wasm|bin)$',
          '(^|/)(digits\\.js|topology\\.json)$',
          '[?&]nacre$',
          '^(autocannon|miniflare|workerd)$',
          '^nacre-page:',
        ],
      },
    },
    {
      name: 'no-orphan',
      comment: 'a module that imports nothing and that nothing imports',
      severity: 'error',
      from: {
        orphan: true,
        path: '^(assembly|compiler|runtime|bench|examples|test)/',
        pathNot: ['\\.test\\.ts$', '/main\\.ts$', '\\.d\\.ts$', '^compiler/plugin/client/'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^build/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
