import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import * as runtime from '../../runtime/index.js';
import { situations } from './situations.js';

const root = new URL('../../../', import.meta.url);

interface Row {
  readonly situation: string;
  readonly name: string;
  readonly code: string;
  readonly text: string;
}

const plain = (cell: string): string => cell.replace(/^`(.*)`$/, '$1');

/** The rows of the tables of docs/errors.md. */
const rows: readonly Row[] = readFileSync(new URL('docs/errors.md', root), 'utf8')
  .split('\n')
  .filter((line) => /^\| .*`/.test(line))
  .map((line) => {
    const [situation, name, code, text] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()) as [string, string, string, string];
    return { situation, name: plain(name), code: plain(code), text: plain(text) };
  });

/** Numbers, and what an engine says, differ: `…` stands for anything. */
const patternOf = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.+')}$`, 's');

for (const { situation, name, code, text } of rows) {
  test.serial(`docs/errors.md: ${situation}`, async (t) => {
    const action = situations[situation];
    if (!action) return t.fail('test/errors/situations.ts does not have it');
    const error = await t.throwsAsync(async () => {
      await action();
    });
    t.true(error instanceof runtime[name as 'ModuleError'], String(error));
    t.like(error, { name, code, subject: text.slice(0, text.indexOf(': ')) });
    t.regex(error.message, patternOf(text));
  });
}

test('docs/errors.md has every situation once', (t) => {
  t.deepEqual(rows.map(({ situation }) => situation).sort(), Object.keys(situations).sort());
});

test('docs/errors.md has every code that the runtime throws', (t) => {
  const folder = new URL('runtime/', root);
  const sources = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const thrown = sources.flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    return [...text.matchAll(/(?:(?:Input|Shape|Variable|Module)Error|\bfail)\(\s*'(\w+)',/g)].map(([, code]) => code!);
  });
  t.true(thrown.length > 30, `${thrown.length} are found`);
  const known = new Set(rows.map(({ code }) => code));
  t.deepEqual(
    [...new Set(thrown)].filter((code) => !known.has(code)),
    [],
  );
});
