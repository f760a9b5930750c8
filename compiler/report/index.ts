import type { Spec } from 'vega-typings';
import { arrange } from './arrange.js';
import type { HistogramOptions } from './histogram.js';
import { escape, printHeading, reportPage } from './page.js';
import { gridFigure, singleFigure } from './plot.js';
import { checkTheme, colorsOf, darkRules, type Theme } from './theme.js';
import { histograms, type Net, type VariableHistogram } from './variables.js';

export { histogram, type Histogram, type HistogramOptions } from './histogram.js';
export { histograms, type Net, type VariableHistogram } from './variables.js';
export { printHistograms } from './text.js';
export type { Theme } from './theme.js';

export interface ReportOptions extends HistogramOptions {
  /** `auto` (the default) follows the reader's preference for light or dark. */
  readonly theme?: Theme;
}

/** Vega is loaded when something is drawn. */
const draw = async (...specs: Spec[]): Promise<string[]> => {
  const vega = await import('./vega.js');
  const drawn: string[] = [];
  for (const spec of specs) drawn.push(await vega.draw(spec));
  return drawn;
};

/** Says what a picture shows to those who do not see it. */
const describe = (svg: string, text: string): string =>
  svg.replace('<svg', () => `<svg role="img" aria-label="${escape(text)}"`);

/**
 * A figure of a model's variables: one histogram each, in two columns, where a layer starts a row.
 *
 * @returns an SVG document, with its own background
 * @throws VariableError for a model without variables, or one whose variables are not initialized or wait for a size ·
 *   OptionError for options
 */
export async function histogramSvg(net: Net, { theme = 'auto', ...options }: ReportOptions = {}): Promise<string> {
  const chosen = checkTheme(theme, 'histogramSvg.theme');
  const variables = histograms(net, options);
  const heading = printHeading(net, variables);
  const [svg] = await draw(gridFigure(arrange(variables), heading, colorsOf(chosen)));
  const labelled = describe(svg!, `Histograms of ${heading}`);
  return chosen === 'auto' ? labelled.replace(/^<svg[^>]*>/, `$&<style>${darkRules}</style>`) : labelled;
}

/**
 * A page about a model's variables: one SVG histogram each, with its name, shape, initializer and statistics.
 *
 * @returns an HTML document that needs no other file
 * @throws what `histogramSvg` does
 */
export async function report(net: Net, { theme = 'auto', ...options }: ReportOptions = {}): Promise<string> {
  const chosen = checkTheme(theme, 'report.theme');
  const variables = histograms(net, options);
  const drawn = await draw(...variables.map((variable) => singleFigure(variable, colorsOf(chosen))));
  const plots = new Map<VariableHistogram, string>(
    variables.map((variable, index) => [variable, describe(drawn[index]!, `Histogram of ${variable.name}`)]),
  );
  return reportPage(net, arrange(variables), plots, chosen);
}
