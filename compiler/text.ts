/** `34,896` */
export const thousands = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 bytes`, `136.3 KiB` */
export function byteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  let size = bytes / 1024;
  let unit = 0;
  // Nearer to 1.0 of the next unit than to 1023.9 of this one.
  for (; size >= 1023.95 && unit < UNITS.length - 1; unit++) size /= 1024;
  return `${size.toFixed(1)} ${UNITS[unit]}`;
}

/**
 * Rows in columns as wide as their widest cell, two spaces apart.
 *
 * @param right indices of the columns that are aligned to the right
 */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (right.includes(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
}

const JSON_WIDTH = 100;

/** JSON, indented by two spaces, where lists of numbers and what fits a line stand on one. */
export function prettyJson(value: unknown, indent = ''): string {
  const flat = inlineJson(value);
  if (typeof value !== 'object' || value === null || indent.length + flat.length <= JSON_WIDTH) return flat;
  if (Array.isArray(value) && value.every((part) => typeof part === 'number')) return flat;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.map((part) => prettyJson(part, deeper))
    : fieldsOf(value).map(([key, part]) => `${JSON.stringify(key)}: ${prettyJson(part, deeper)}`);
  return `${open}\n${parts.map((part) => deeper + part).join(',\n')}\n${indent}${close}`;
}

function inlineJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inlineJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = fieldsOf(value).map(([key, part]) => `${JSON.stringify(key)}: ${inlineJson(part)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

const fieldsOf = (value: object): [string, unknown][] => Object.entries(value).filter(([, part]) => part !== undefined);
