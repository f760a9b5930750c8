import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { plant } from './mutations/apply.js';
import { mutations } from './mutations/table.js';

const root = new URL('../../', import.meta.url);

for (const mutation of mutations) {
  test(`can be planted: ${mutation.fault}`, (t) => {
    const text = readFileSync(new URL(mutation.file, root), 'utf8');
    t.not(plant(mutation, text), text);
    t.true(existsSync(new URL(`build/test/${mutation.test}.test.js`, root)));
  });
}
