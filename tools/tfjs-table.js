// node tools/tfjs-table.js: writes the list of operators of graph-models into docs/tfjs.md, from the tables of the importer as built.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { families } from '../build/compiler/import/tfjs/table.js';

const file = new URL('../docs/tfjs.md', import.meta.url);
const rows = Object.entries(families).map(([family, names]) => `| ${family} | ${names.join(', ')} |`);
const table = ['| family | operators |', '| --- | --- |', ...rows].join('\n');
const text = readFileSync(file, 'utf8').replace(
  /(<!-- operators -->\n)[^]*(<!-- \/operators -->)/,
  (_, open, close) => `${open}\n${table}\n\n${close}`,
);
const options = await resolveConfig(file.pathname);
writeFileSync(file, await format(text, { ...options, parser: 'markdown' }));
console.log(`${rows.length} families`);
