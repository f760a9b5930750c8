import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import * as gluon from '../examples/gluon.js';
import * as keras from '../examples/keras.js';
import * as neupy from '../examples/neupy.js';

const examples = { neupy, keras, gluon };

/** What an example prints, by title. */
function expectedOf(name: string): Map<string, string> {
  const text = readFileSync(new URL(`../../test/examples/${name}.txt`, import.meta.url), 'utf8');
  const [, ...parts] = text.split(/^\n?(.+)\n-+\n/m);
  return new Map(parts.flatMap((title, i) => (i % 2 === 0 ? [[title, parts[i + 1]!.trimEnd()] as const] : [])));
}

for (const [name, { sections }] of Object.entries(examples)) {
  const expected = expectedOf(name);
  test(`${name}: every section is expected, in order`, (t) => {
    t.deepEqual(
      sections.map(({ title }) => title),
      [...expected.keys()],
    );
  });
  for (const { title, run } of sections) {
    test(`${name}: ${title}`, async (t) => {
      const lines: string[] = [];
      await run((text) => lines.push(text));
      t.is(lines.join('\n'), expected.get(title) ?? '');
    });
  }
}

const start = (...words: string[]) => {
  const tool = fileURLToPath(new URL('../../tools/example.js', import.meta.url));
  return spawnSync(process.execPath, [tool, ...words], { encoding: 'utf8' });
};

test('every example is started by its name', (t) => {
  const { status, stderr } = start('none');
  t.is(status, 2);
  t.is(
    stderr,
    "example: there is no 'none'; choose one of browser, c-host, deno, digits, face, gluon, keras, neupy, ocr, playground, upscale, vad, worker\n",
  );
  const { stdout } = start('keras');
  t.deepEqual(
    [...stdout.matchAll(/^\n(.+)\n-+\n/gm)].map(([, title]) => title),
    keras.sections.map(({ title }) => title),
  );
});
