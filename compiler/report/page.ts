import { thousands } from '../text.js';
import { printCount, printMoments, printOrigin, printRange } from './numbers.js';
import { pageRules, type Theme } from './theme.js';
import type { Net, VariableHistogram } from './variables.js';

const plural = (many: number, thing: string): string => `${thousands(many)} ${thing}${many === 1 ? '' : 's'}`;

/** `next_token`, `40,152 parameters in 10 variables`, `seed 0` */
function headingOf({ manifest, seed }: Net, variables: readonly VariableHistogram[]): string[] {
  const parameters = variables.reduce((sum, { count }) => sum + count, 0);
  const isGiven = manifest.variables.every(({ given }) => given);
  return [
    // Control characters are not allowed in XML.
    ...(manifest.name === undefined ? [] : [manifest.name.replace(/\p{Cc}/gu, ' ')]),
    `${plural(parameters, 'parameter')} in ${plural(variables.length, 'variable')}`,
    isGiven ? 'values of the module' : `seed ${seed}`,
  ];
}

export const printHeading = (net: Net, variables: readonly VariableHistogram[]): string =>
  headingOf(net, variables).join(' · ');

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]!);

/** Lines break between facts only. */
const unbroken = (fact: string): string => fact.replaceAll(' ', '\u00a0');

const rules = `*{box-sizing:border-box}
body{margin:0;padding:24px 16px 48px;background:var(--background);color:var(--ink);
font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:960px;margin:0 auto}
h1{font-size:20px;margin:0 0 4px}
header p,figcaption span{color:var(--muted)}
header p{margin:0 0 20px}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 20px}
figure{margin:0 0 20px;min-width:0;display:grid;grid-row:span 2;grid-template-rows:subgrid}
figcaption{padding-left:14.8%;font-size:12px}
figcaption b{display:block;font-size:14px;font-weight:600;overflow-wrap:anywhere}
figcaption span{display:block;overflow-wrap:anywhere}
svg text{font-family:inherit}
svg{display:block;width:100%;height:auto;overflow:visible}
.start{grid-column:1}
@media(max-width:640px){.grid{grid-template-columns:minmax(0,1fr)}}
@media print{figure{break-inside:avoid}}`;

function printFigure(variable: VariableHistogram, plot: string, isStart: boolean): string {
  const facts = [
    [...printOrigin(variable), ...printCount(variable)],
    [...printRange(variable), ...printMoments(variable)],
  ].map((parts) => `<span>${escape(parts.map(unbroken).join(' · '))}</span>`);
  return `<figure${isStart ? ' class="start"' : ''}>
<figcaption><b>${escape(variable.name)}</b>${facts.join('')}</figcaption>
${plot}
</figure>`;
}

/** An HTML document of plots in cells as `arrange` gives them. */
export function reportPage(
  net: Net,
  cells: readonly (VariableHistogram | undefined)[],
  plots: ReadonlyMap<VariableHistogram, string>,
  theme: Theme,
): string {
  const heading = headingOf(net, [...plots.keys()]);
  const isNamed = net.manifest.name !== undefined;
  const title = isNamed ? `Variables of ${heading[0]}` : 'Variables';
  const figures = cells.flatMap((variable, index) =>
    variable ? [printFigure(variable, plots.get(variable)!, index % 2 === 0)] : [],
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
${pageRules(theme)}
${rules}
</style>
</head>
<body>
<main>
<header><h1>${escape(title)}</h1><p>${escape(heading.slice(isNamed ? 1 : 0).join(' · '))}</p></header>
<div class="grid">
${figures.join('\n')}
</div>
</main>
</body>
</html>
`;
}
