// npm run example -- NAME [arguments]: runs examples/NAME/main.ts, or the sections of examples/NAME.ts, as built.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'examples');

const names = readdirSync(sources, { withFileTypes: true })
  .filter((entry) =>
    entry.isDirectory() ? existsSync(join(sources, entry.name, 'main.ts')) : entry.name.endsWith('.ts'),
  )
  .map((entry) => entry.name.replace(/\.ts$/, ''))
  .sort();

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  const asked = name === undefined ? 'example: a name is missing' : `example: there is no '${name}'`;
  console.error(`${asked}; choose one of ${names.join(', ')}`);
  process.exit(2);
}

const built = [`${name}/main.js`, `${name}.js`].map((file) => join(root, 'build/examples', file)).find(existsSync);
if (built === undefined) throw new Error(`example: '${name}' is not built; run npm run build`);
if (built.endsWith('main.js')) {
  process.exitCode = spawnSync(process.execPath, [built, ...rest], { stdio: 'inherit' }).status ?? 1;
} else {
  /** @type {{ sections: import('../examples/support/sections.js').Section[] }} */
  const { sections } = await import(pathToFileURL(built).href);
  for (const { title, run } of sections) {
    console.log(`\n${title}\n${'-'.repeat(title.length)}`);
    await run(console.log);
  }
}
