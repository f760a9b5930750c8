import { existsSync } from 'node:fs';
import { installPackage, query } from '../../../examples/support/apt.js';
import type { Digest, Host, HostDigest } from '../host.js';
import { output } from '../run.js';

interface Shell {
  readonly name: string;
  readonly engine: string;
  /** Debian packages that have it, the newest first. */
  readonly packages: readonly [string, ...string[]];
  /** How the path of the program ends. */
  readonly program: RegExp;
  readonly flags: readonly string[];
}

const shells: readonly Shell[] = [
  {
    ...{ name: 'jsc', engine: 'JavaScriptCore', program: /\/jsc$/ },
    flags: ['--useWasmRelaxedSIMD=true'],
    packages: ['libjavascriptcoregtk-bin', 'libjavascriptcoregtk-4.1-bin', 'libjavascriptcoregtk-4.0-bin'],
  },
  {
    ...{ name: 'js', engine: 'SpiderMonkey', program: /\/bin\/js\d+$/ },
    flags: [],
    packages: ['libmozjs-140-dev', 'libmozjs-128-dev', 'libmozjs-115-dev', 'libmozjs-102-dev'],
  },
];

/** The program of an installed package. */
function find({ packages, program }: Shell): { readonly path: string; readonly version: string } | undefined {
  for (const name of packages) {
    const path = query('dpkg', '-L', name)
      .split('\n')
      .find((file) => program.test(file) && existsSync(file));
    if (path !== undefined)
      return { path, version: query('dpkg-query', '-W', '-f', '${source:Upstream-Version}', name) };
  }
  return undefined;
}

type Answer = Digest & { readonly missing?: string; readonly failed?: string };

function digest(shell: Shell, folder: string): HostDigest | string {
  const reason = find(shell) ? undefined : installPackage(...shell.packages);
  const found = find(shell);
  if (!found) return reason ?? `its package has no ${shell.program.source}`;
  const { missing, failed, ...made } = JSON.parse(output(found.path, [...shell.flags, 'shell.js'], folder)) as Answer;
  if (failed !== undefined) throw new Error(failed);
  if (missing !== undefined) return `${shell.engine} ${found.version}: ${missing}`;
  return { version: found.version, engine: shell.engine, ...made };
}

/** Shells of JavaScript engines: no event loop, no modules of JavaScript, nothing of the Web. */
export const engineShells: readonly Host[] = shells.map((shell) => ({
  name: `${shell.engine} (${shell.name})`,
  digest: (folder) => Promise.resolve(digest(shell, folder)),
}));
