// npm run example -- playground [--port N]: builds the playground and serves it on the loopback interface.
// npm run example -- playground --build DIR: writes its static files, for any server and any path.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writePlayground } from './write.js';
import { serveFolder } from './serve.js';

const { values } = parseArgs({ options: { build: { type: 'string' }, port: { type: 'string', default: '0' } } });

if (values.build !== undefined) {
  const folder = resolve(values.build);
  const { files, bytes } = await writePlayground(folder);
  console.log(`${folder}  ${files} files, ${bytes.toLocaleString('en-US')} bytes`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'nacre-playground-'));
  await writePlayground(folder);
  const { server, url } = await serveFolder(folder, Number(values.port));
  console.log(`${url}  (Control and C end it)`);
  const end = (): void => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}
