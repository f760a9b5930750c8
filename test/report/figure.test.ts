import { fileURLToPath } from 'node:url';
import test from 'ava';
import { build as esbuild } from 'esbuild';
import {
  build,
  dense,
  fromDeclaration,
  input,
  layerNormalization,
  relu,
  sequential,
  type Graph,
} from '../../compiler/index.js';
import { arrange } from '../../compiler/report/arrange.js';
import { colorsOf } from '../../compiler/report/theme.js';
import {
  histograms,
  histogramSvg,
  printHistograms,
  report,
  type Net,
  type Theme,
  type VariableHistogram,
} from '../../compiler/report/index.js';
import { VariableError } from '../../runtime/errors.js';
import { convolution } from '../seed-graphs.js';
import { findAll, labelsOf, overlaps, parseMarkup, textOf, type Element } from './markup.js';

const keras = fromDeclaration(convolution.source).pipe(
  dense({ units: 64, weight: { kind: 'normal', mean: 0, std: 0.05 }, bias: 0.4, activation: 'relu' }),
  dense({ units: 8, weight: 'normal', bias: 0.4, activation: 'relu' }),
  dense({ units: 64, weight: { kind: 'normal', std: 1 } }),
);

const odd = Float32Array.from({ length: 40 }, (_, i) =>
  i % 7 === 0 ? NaN : i % 11 === 0 ? -Infinity : Math.sin(i) * 1e-9,
);

const models: Readonly<Record<string, Graph>> = {
  keras,
  awkward: sequential([
    input(['batch', 4]),
    dense({
      name: 'encoder/block_3/dense_12',
      units: 10,
      weight: { data: odd, shape: [4, 10] },
      bias: new Float32Array(10).fill(NaN),
    }),
    dense({
      name: `${'a-very-long-name/'.repeat(7)}dense`,
      units: 1,
      weight: { kind: 'truncatedNormal', std: 1e-4 },
      bias: 1e-8,
    }),
    dense({ name: 'one', units: 1, weight: 12345678, bias: -3e20 }),
    dense({ name: 'narrow', units: 400, weight: { kind: 'uniform', low: 1, high: 1.00001 }, bias: false }),
    layerNormalization({ name: 'norm' }),
    dense({ name: 'two', units: 2, weight: { kind: 'normal', std: 1e30 }, bias: [1, 1.0000001] }),
  ]),
  hundred: sequential([
    input(['batch', 4]),
    ...Array.from({ length: 50 }, (_, i) => dense({ name: `encoder/block_${i}/dense_${i}`, units: 4 })),
  ]),
};

async function open(model: Graph, seed = 3): Promise<Net> {
  const net = await build(model, { seed });
  net.initialize();
  return net;
}

const pictures = (root: Element): Element[] => findAll(root, 'svg');

/** Heights of bars, over the whole height of 150 pixels. */
function barsOf(picture: Element, theme: Theme): number[] {
  const paths = findAll(picture, 'path').filter(({ attributes }) => attributes['fill'] === colorsOf(theme).bar);
  return paths.map(({ attributes }) => {
    const [, height] = /^M[^h]*h[^v]*v([\d.]+)h/.exec(attributes['d']!) ?? [];
    return Number(height) / 150;
  });
}

/** What bars must be: counts over the largest label of the axis. */
function expectedBars({ counts }: VariableHistogram, picture: Element): number[] {
  const labels = findAll(picture, 'g').find(({ attributes }) => attributes['class']?.includes('axis-label'))!;
  const top = Math.max(...findAll(labels, 'text').map((label) => Number(textOf(label).replaceAll(',', ''))));
  return counts.map((count) => count / top);
}

for (const [name, model] of Object.entries(models)) {
  test(`the SVG of ${name} is well-formed and its texts lie apart`, async (t) => {
    const net = await open(model);
    const root = parseMarkup(await histogramSvg(net));
    const [svg, ...others] = pictures(root);
    t.is(others.length, 0);
    const labels = labelsOf(svg!);
    t.deepEqual(overlaps(labels), []);
    const { width, height } = svg!.attributes;
    const outside = labels.filter(
      ({ left, right, top, bottom }) => left < 0 || top < 0 || right > Number(width) || bottom > Number(height),
    );
    t.deepEqual(outside, []);
    const texts = labels.map(({ text }) => text);
    for (const variable of histograms(net)) {
      const short = texts.filter(
        (text) => variable.name.startsWith(text.split('…')[0]!) && variable.name.endsWith(text.split('…').at(-1)!),
      );
      t.is(short.length, 1, variable.name);
    }
  });

  test(`the page of ${name} is well-formed, needs no other file, and its bars are the counts`, async (t) => {
    const net = await open(model);
    const page = await report(net);
    t.true(page.startsWith('<!doctype html>\n'));
    const root = parseMarkup(page.slice('<!doctype html>'.length), ['meta']);
    const external = page.replaceAll(/xmlns(:xlink)?="[^"]*"/g, '');
    t.notRegex(external, /https?:|\bsrc=|\bhref=|@import|url\(|<script/);
    const figures = findAll(root, 'figure');
    const variables = arrange(histograms(net)).filter((cell) => cell !== undefined);
    t.is(figures.length, variables.length);
    variables.forEach((variable, index) => {
      const figure = figures[index]!;
      t.is(textOf(findAll(figure, 'b')[0]!), variable.name);
      const [picture] = pictures(figure);
      if (variable.counts.length === 0) {
        t.true(textOf(picture!).includes('no finite value'));
        return;
      }
      const [bars, expected] = [barsOf(picture!, 'auto'), expectedBars(variable, picture!)];
      t.is(bars.length, expected.length, variable.name);
      bars.forEach((bar, i) => t.true(Math.abs(bar - expected[i]!) < 1e-9, `${variable.name} ${bar} ${expected[i]}`));
      t.deepEqual(overlaps(labelsOf(picture!)), []);
    });
  });
}

test('themes are drawn in their own colours, auto in both', async (t) => {
  const net = await open(keras);
  for (const theme of ['auto', 'light', 'dark'] as const) {
    const [svg, page] = [await histogramSvg(net, { theme }), await report(net, { theme })];
    for (const text of [svg, page]) {
      t.is(text.includes('prefers-color-scheme'), theme === 'auto', theme);
      t.is(
        text.includes(`fill="${colorsOf('dark').ink}"`) || text.includes(`fill="${colorsOf('dark').muted}"`),
        theme === 'dark',
        theme,
      );
      t.is(text.includes(colorsOf('light').background), theme !== 'dark', theme);
    }
    t.true(svg.includes(`<rect width="864"`) && svg.includes(`fill="${colorsOf(theme).background}"`), theme);
  }
  const error = await t.throwsAsync(report(net, { theme: 'dim' as Theme }));
  t.is(error.message, "report.theme: must be auto, light or dark, got 'dim'");
});

/** WCAG 2.2: the ratio of relative luminances. */
function contrast(a: string, b: string): number {
  const luminance = (color: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = parseInt(color.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (light! + 0.05) / (dark! + 0.05);
}

for (const theme of ['light', 'dark'] as const) {
  test(`texts and bars stand out of the ${theme} background`, (t) => {
    const { background, ink, muted, bar, axis } = colorsOf(theme);
    t.true(contrast(ink, background) >= 7);
    t.true(contrast(muted, background) >= 4.5);
    t.true(contrast(bar, background) >= 3);
    t.true(contrast(axis, background) >= 3);
  });
}

const cell = (name: string, ...users: string[]): { name: string; users: string[] } => ({
  name,
  users: users.length > 0 ? users : [name],
});

const arrangements: readonly (readonly [
  readonly { name: string; users: string[] }[],
  readonly (string | undefined)[],
])[] = [
  [
    [cell('a.weight'), cell('a.bias'), cell('b.weight'), cell('b.bias')],
    ['a.weight', 'a.bias', 'b.weight', 'b.bias'],
  ],
  [
    [cell('a.weight'), cell('b.weight'), cell('b.bias')],
    ['a.weight', undefined, 'b.weight', 'b.bias'],
  ],
  [
    [cell('a.weight'), cell('b.weight'), cell('c.weight')],
    ['a.weight', 'b.weight', 'c.weight'],
  ],
  [
    [cell('n.gamma'), cell('n.beta'), cell('n.mean'), cell('n.variance')],
    ['n.gamma', 'n.beta', 'n.mean', 'n.variance'],
  ],
  [
    [cell('a.q'), cell('a.k'), cell('a.v'), cell('b.weight')],
    ['a.q', 'a.k', 'a.v', undefined, 'b.weight'],
  ],
  [
    [cell('shared', 'r/1.weight', 'r/2.weight'), cell('r/1.bias'), cell('r/2.bias')],
    ['shared', 'r/1.bias', 'r/2.bias'],
  ],
];

arrangements.forEach(([variables, expected], index) => {
  test(`a layer starts a row, ${index + 1}`, (t) => {
    t.deepEqual(
      arrange(variables).map((variable) => variable?.name),
      [...expected],
    );
  });
});

test('text has a line for each bin', async (t) => {
  const net = await open(
    sequential([
      input([1, 2]),
      dense({
        name: 'y',
        units: 2,
        weight: [
          [-1, 0],
          [0.5, 1],
        ],
        bias: Float32Array.of(NaN, 0.4),
      }),
    ]),
  );
  t.is(
    printHistograms(histograms(net, { bins: 4 })),
    `y.weight  (2, 2)  values
4 values  min -1  max 1  mean 0.125  std 0.7395
  -1.00  …  -0.50  1  ████████████████████
  -0.50  …   0.00  0
   0.00  …   0.50  1  ████████████████████
   0.50  …   1.00  2  ████████████████████████████████████████

y.bias  (2)  values
2 values  1 NaN  min 0.4  max 0.4  mean 0.4  std 0
  0.4  1  ████████████████████████████████████████`,
  );
});

test('a model that cannot be drawn says why', async (t) => {
  const bare = await build(sequential([input([1, 4]), relu()]));
  const waiting = await build(sequential([dense({ units: 2 })]));
  for (const [net, code, message] of [
    [bare, 'none', 'histogram: the model has no variables'],
    [waiting, 'deferred', /^dense_1\.weight: not initialized; its shape \(\?, 2\) waits for axis 1 of input x/],
    [await build(keras), 'uninitialized', 'conv1d_1.weight: not initialized; call initialize() or run forward first'],
  ] as const) {
    for (const draw of [report, histogramSvg]) {
      await t.throwsAsync(draw(net), { instanceOf: VariableError, code, message });
    }
  }
});

test('names are escaped', async (t) => {
  const source = { ...convolution.source, name: 'a<b> & "c"' };
  const net = await open(fromDeclaration(source));
  const page = parseMarkup((await report(net)).slice('<!doctype html>'.length), ['meta']);
  t.is(textOf(findAll(page, 'h1')[0]!), 'Variables of a<b> & "c"');
  t.true(
    textOf(parseMarkup(await histogramSvg(net))).includes('a<b> & "c" · 34,896 parameters in 4 variables · seed 3'),
  );
});

test('neither the compiler nor numbers load what draws', async (t) => {
  const bundle = async (entry: string): Promise<string[]> => {
    const { metafile } = await esbuild({
      entryPoints: [fileURLToPath(new URL(`../../compiler/${entry}.js`, import.meta.url))],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      outdir: 'unused',
      write: false,
      metafile: true,
    });
    const imports = (output: string): string[] =>
      metafile.outputs[output]!.imports.flatMap(({ path, kind, external }) =>
        kind === 'dynamic-import' ? [] : external ? [path] : imports(path),
      );
    return imports(
      Object.keys(metafile.outputs).find((output) => metafile.outputs[output]!.entryPoint?.includes(entry))!,
    );
  };
  for (const entry of ['index', 'report/index', 'cli/main']) {
    t.deepEqual(
      (await bundle(entry)).filter((path) => /vega|d3/.test(path)),
      [],
      entry,
    );
  }
  t.true((await bundle('report/vega')).includes('vega-view'));
});
