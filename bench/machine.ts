import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Version of the Node that runs the measured processes. */
  readonly node: string;
  /** ISO 8601, the day only. */
  readonly date: string;
  /** Mean number of processes that ran in the minute before. */
  readonly load: number;
}

export function describeMachine(node: string): Machine {
  const processors = cpus();
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    node: version,
    date: new Date().toISOString().slice(0, 10),
    load: loadavg()[0]!,
  };
}
