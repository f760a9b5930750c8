import { readFileSync } from 'node:fs';
import test from 'ava';
import { operatorNames, versionsRead } from '../../compiler/import/onnx/versions.js';

test('the table of the documentation is the table of the importer', (t) => {
  const text = readFileSync(new URL('../../../docs/onnx.md', import.meta.url), 'utf8');
  const [, table] = /<!-- operators -->([^]*)<!-- \/operators -->/.exec(text)!;
  const rows = [...table!.matchAll(/^\| (\w+) +\| ([^|]*?) +\|$/gm)].map(([, op, versions]) => [op, versions]);
  t.deepEqual(
    rows.slice(1),
    operatorNames().map((op) => [op, versionsRead(op)]),
  );
});
