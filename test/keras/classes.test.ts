import { readFileSync } from 'node:fs';
import test from 'ava';
import { classTable } from '../../compiler/import/keras/families.js';

test('the table of the documentation is the table of the importer', (t) => {
  const text = readFileSync(new URL('../../../docs/keras.md', import.meta.url), 'utf8');
  const [, table] = /<!-- classes -->([^]*)<!-- \/classes -->/.exec(text)!;
  const rows = [...table!.matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\|$/gm)].map(([, family, names]) => [family, names]);
  t.deepEqual(
    rows.slice(2),
    classTable().map(([family, names]) => [family, names.join(', ')]),
  );
});
