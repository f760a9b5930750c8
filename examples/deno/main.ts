// npm run example -- deno: compiles the digits network, serves it in Deno on the loopback interface, with the module
// imported, fetched as a file, and found by its loader, and compares the answers with those of Node bit for bit.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { installed, platform } from '../../test/hosts/install.js';
import { ServiceCheck } from '../digits/checks.js';
import { writeDigits } from '../digits/module.js';

const source = new URL('../../../examples/deno/', import.meta.url);

const reading = `--allow-read=${fileURLToPath(new URL('digits.wasm', import.meta.url))}`;

/** The servers, and what each may do but listen: where the module is imported, nothing. */
const servers: readonly { readonly file: string; readonly permissions: readonly string[] }[] = [
  { file: 'imported.js', permissions: [] },
  { file: 'fetched.js', permissions: [reading] },
  { file: 'loaded.js', permissions: [reading] },
];

/** Runs a server, checks its answers and stops it. */
async function check(
  deno: string,
  file: string,
  permissions: readonly string[],
  binary: Uint8Array,
): Promise<string[]> {
  const cache = mkdtempSync(join(tmpdir(), 'nacre-deno-'));
  const flags = ['--no-config', '--no-lock', '--no-remote', '--no-npm', '--allow-net=127.0.0.1', ...permissions];
  const child = spawn(deno, ['run', ...flags, fileURLToPath(new URL(file, import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DENO_DIR: cache, DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' },
  });
  const exited = once(child, 'exit');
  try {
    const listening = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
    const failed = exited.then(() => Promise.reject(new Error(`${file}: ended before it listened`)));
    const [url] = await Promise.race([listening, failed]);
    const service = new ServiceCheck(new URL(url));
    await service.digits(binary);
    await service.refusals();
    return service.failures.map((failure) => `${file}: ${failure}`);
  } finally {
    child.kill();
    await exited;
    rmSync(cache, { recursive: true });
  }
}

const deno = installed(`deno-${platform}`);
if (typeof deno === 'string') console.log(`skipped: deno: ${deno}`);
else {
  const binary = await writeDigits(new URL('./', import.meta.url));
  copyFileSync(new URL('imported.js', source), new URL('imported.js', import.meta.url));
  console.log(`digits.wasm  ${binary.length} bytes, Deno ${deno.version}`);
  const failures: string[] = [];
  for (const { file, permissions } of servers) {
    console.log(`\n${file}`);
    failures.push(...(await check(join(deno.folder, 'deno'), file, permissions, binary)));
  }
  failures.forEach((failure) => console.error(failure));
  console.log(failures.length === 0 ? '\nthe same bits as in Node' : `\n${failures.length} answers are wrong`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
