import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Target } from './bars.js';
import { root } from './sides/side.js';

/** A Node, and what nacre compiles for on it. */
export interface Engine {
  /** The executable. */
  readonly node: string;
  readonly version: string;
  readonly target: Target;
}

const RELAXED_MODULE =
  '0,97,115,109,1,0,0,0,1,8,1,96,3,123,123,123,1,123,3,2,1,0,10,13,1,11,0,32,0,32,1,32,2,253,133,2,11';

/** The Node 24 that bench/package.json pins for this platform. */
const pinned = new URL(`bench/node_modules/node24-${process.platform}-${process.arch}/bin/node`, root);

/** What a Node is. @throws Error for a file that does not run */
function probe(node: string): { readonly version: string; readonly hasRelaxed: boolean } {
  const script = `console.log(process.versions.node, WebAssembly.validate(Uint8Array.of(${RELAXED_MODULE})))`;
  const [version, hasRelaxed] = execFileSync(node, ['-e', script], { encoding: 'utf8' }).trim().split(' ');
  return { version: version!, hasRelaxed: hasRelaxed === 'true' };
}

function engineOf(node: string, target?: Target): Engine {
  const { version, hasRelaxed } = probe(node);
  if (target === 'relaxed' && !hasRelaxed) throw new Error(`${node}: Node ${version} has no relaxed SIMD`);
  return { node, version, target: target ?? (hasRelaxed ? 'relaxed' : 'baseline') };
}

/**
 * The engines to measure: the one that the options name, or else Node 24 with relaxed SIMD, where it is pinned for this
 * platform, and the running Node without.
 *
 * @throws Error for a Node that does not run, or has no relaxed SIMD where that is asked for
 */
export function chooseEngines({ node, target }: { readonly node?: string; readonly target?: Target }): Engine[] {
  if (node !== undefined) return [engineOf(node, target)];
  const newer = existsSync(pinned) ? [engineOf(fileURLToPath(pinned), 'relaxed')] : [];
  const running = (wanted: Target): Engine => engineOf(process.execPath, wanted);
  if (target === 'relaxed') return newer.length > 0 ? newer : [running('relaxed')];
  if (target === 'baseline') return [running('baseline')];
  return [...newer, running('baseline')];
}
