// node tools/keras-table.js: writes the table of Keras's classes into docs/keras.md, from the tables of the importer as built.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { classTable } from '../build/compiler/import/keras/families.js';

const file = new URL('../docs/keras.md', import.meta.url);
const rows = classTable().map(([family, names]) => `| ${family} | ${names.join(', ')} |`);
const table = ['| family | classes |', '| --- | --- |', ...rows].join('\n');
const text = readFileSync(file, 'utf8').replace(
  /(<!-- classes -->\n)[^]*(<!-- \/classes -->)/,
  (_, open, close) => `${open}\n${table}\n\n${close}`,
);
const options = await resolveConfig(file.pathname);
writeFileSync(file, await format(text, { ...options, parser: 'markdown' }));
