import { cpus, loadavg } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** ISO 8601, the day only. */
  readonly date: string;
  /** Mean number of processes that ran in the minute before. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    date: new Date().toISOString().slice(0, 10),
    load: loadavg()[0]!,
  };
}
