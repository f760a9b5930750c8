// node tools/onnx-table.js: writes the table of ONNX operators into docs/onnx.md, from the tables of the importer as built.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { operatorNames, versionsRead } from '../build/compiler/import/onnx/versions.js';

const file = new URL('../docs/onnx.md', import.meta.url);
const rows = operatorNames().map((op) => `| ${op} | ${versionsRead(op)} |`);
const table = ['| operator | opsets |', '| --- | --- |', ...rows].join('\n');
const text = readFileSync(file, 'utf8').replace(
  /(<!-- operators -->\n)[^]*(<!-- \/operators -->)/,
  (_, open, close) => `${open}\n${table}\n\n${close}`,
);
const options = await resolveConfig(file.pathname);
writeFileSync(file, await format(text, { ...options, parser: 'markdown' }));
console.log(`${rows.length} operators`);
