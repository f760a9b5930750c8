/** How long to measure; times in milliseconds. */
export interface Effort {
  readonly warmUp: number;
  readonly rounds: number;
  /** Of one side in a round. */
  readonly round: number;
  /** Of one side in all rounds, at least. */
  readonly samples: number;
  /** Processes of a side that are started cold. */
  readonly starts: number;
  /** Compilations after the first. */
  readonly compilations: number;
}

/** Two engines in 25 minutes. */
export const full: Effort = { warmUp: 1000, rounds: 8, round: 250, samples: 24, starts: 5, compilations: 8 };
export const quick: Effort = { warmUp: 300, rounds: 3, round: 80, samples: 9, starts: 3, compilations: 1 };
