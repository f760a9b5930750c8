import { browsers } from './families/browser.js';
import { edge } from './families/edge.js';
import { nodes } from './families/node.js';
import { bun, deno } from './families/programs.js';
import { engineShells } from './families/shells.js';
import { cHost } from './families/wabt.js';
import { wizerHost } from './families/wizer.js';
import { workerd } from './families/workerd.js';
import type { Host } from './host.js';

/** Every host; the first that passes is what the others are compared with. */
export const hosts: readonly Host[] = [
  ...nodes,
  deno,
  bun,
  workerd,
  edge,
  ...browsers,
  ...engineShells,
  cHost,
  wizerHost,
];
