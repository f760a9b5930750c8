import type { ModelSource } from './pipeline.js';
import { summarize, type SummaryOptions } from './summary/layers.js';
import { printSummary } from './summary/print.js';

export {
  summarize,
  summarizePipeline,
  type LayerSummary,
  type Summary,
  type SummaryOptions,
  type Totals,
} from './summary/layers.js';
export { moduleTotals, printModuleSummary, printRemarks, printSummary } from './summary/print.js';

/**
 * A table of a model's layers: kinds, outputs, parameters, multiply-adds, initializers; then the totals and the memory.
 *
 * @throws what `compile` does for a model at fault
 */
export const summary = (model: ModelSource, options: SummaryOptions = {}): string =>
  printSummary(summarize(model, options));
