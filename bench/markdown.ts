export type Cell = string | undefined;

/** A table of GitHub's Markdown, its columns padded to one width; the first is aligned left, the others right. */
export function markdownTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [header, ...rows].map((row) => header.map((_, column) => row[column] ?? '–'));
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(cells[0]!), line(rule), ...cells.slice(1).map(line)].join('\n');
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Three significant digits, thousands grouped. */
export const significant = (value: number): string =>
  Math.abs(value) >= 100 ? grouped.format(value) : value.toPrecision(3);

export const kilobytes = (bytes: number): string => significant(bytes / 1000);
export const megabytes = (bytes: number): string => significant(bytes / 1e6);

/** A page with what stands between `<!-- NAME -->` and `<!-- /NAME -->` replaced. @throws Error where one of them is missing */
export function between(page: string, name: string, section: string): string {
  const marks = [`<!-- ${name} -->\n`, `<!-- /${name} -->`] as const;
  const [begin, end] = [page.indexOf(marks[0]), page.indexOf(marks[1])];
  if (begin < 0 || end < begin) throw new Error(`${name}: the page has no ${marks[0].trim()} before ${marks[1]}`);
  return page.slice(0, begin + marks[0].length) + section + page.slice(end);
}
