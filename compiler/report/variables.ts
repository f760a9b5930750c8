import type { Model, VariableInfo } from '../../runtime/index.js';
import { VariableError } from '../../runtime/errors.js';
import { histogram, type Histogram, type HistogramOptions } from './histogram.js';

/** What is looked at: a model as `nacre/runtime` instantiates it. */
export type Net = Pick<Model, 'variables' | 'seed' | 'manifest'>;

export interface VariableHistogram extends Histogram {
  readonly name: string;
  readonly shape: readonly number[];
  /** As declared: `glorotUniform`, `normal(0, 0.05)`, `values`. */
  readonly initializer: string;
  /** Slots it fills, `layer.parameter`. */
  readonly users: readonly string[];
}

/**
 * One histogram a variable, in the order of the model's list.
 *
 * @throws VariableError for a model without variables, or one whose variables are not initialized or wait for a size ·
 *   OptionError for options
 */
export function histograms(net: Net, options: HistogramOptions = {}): VariableHistogram[] {
  const list = net.variables.list();
  if (list.length === 0) throw new VariableError('none', 'histogram', 'the model has no variables');
  return list.map((variable) => histogramOf(net, variable, options));
}

/** The same of those variables that are initialized. */
export const readyHistograms = (net: Net, options: HistogramOptions = {}): VariableHistogram[] =>
  net.variables
    .list()
    .filter(({ state }) => state === 'ready')
    .map((variable) => histogramOf(net, variable, options));

function histogramOf(
  net: Net,
  { name, initializer, users }: VariableInfo,
  options: HistogramOptions,
): VariableHistogram {
  const { data, shape } = net.variables.get(name);
  return { name, shape, initializer, users, ...histogram(data, options) };
}
