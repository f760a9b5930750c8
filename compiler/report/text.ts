import { table, thousands } from '../text.js';
import { alike, figure, isConstant, printCount, printMoments, printOrigin, printRange } from './numbers.js';
import type { VariableHistogram } from './variables.js';

const BAR = 40;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of eighths of a cell; what is more than nothing shows. */
function bar(count: number, most: number): string {
  if (count === 0) return '';
  const eighths = Math.max(1, Math.round((count / most) * BAR * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

function printBins(variable: VariableHistogram): string[] {
  const { edges, counts, min } = variable;
  if (counts.length === 0) return [];
  const most = Math.max(...counts);
  const labels = alike(edges);
  const rows = isConstant(variable)
    ? [[figure(min), thousands(most), bar(1, 1)]]
    : counts.map((count, i) => [labels[i]!, '…', labels[i + 1]!, thousands(count), bar(count, most)]);
  const columns = isConstant(variable) ? [0, 1] : [0, 2, 3];
  return table(rows, columns).map((line) => `  ${line}`);
}

/** Histograms as text: of each variable two lines of facts and one line a bin. */
export const printHistograms = (variables: readonly VariableHistogram[]): string =>
  variables
    .map((variable) =>
      [
        [variable.name, ...printOrigin(variable)].join('  '),
        [...printCount(variable), ...printRange(variable), ...printMoments(variable)].join('  '),
        ...printBins(variable),
      ].join('\n'),
    )
    .join('\n\n');
