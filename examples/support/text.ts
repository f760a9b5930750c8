/** `34,896` */
export const thousands = (value: number): string => value.toLocaleString('en-US');

/** Prints rows in columns as wide as their widest cell; those `right` lists are aligned to the right. */
export function printTable(rows: readonly (readonly string[])[], right: readonly number[] = []): void {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, at) => (right.includes(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)));
    console.log(cells.join('  ').trimEnd());
  }
}
