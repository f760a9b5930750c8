import type { Stream } from './command.js';

const QUIET = 1000;
const CLEAR = '\r\u001b[K';

/** Tells how far long work is: nothing in its first second, then one line that changes, or on no terminal one a second. */
export class Progress {
  private readonly start: number;
  private last = -Infinity;
  private shown = false;

  constructor(
    private readonly stream: Stream,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.start = now();
  }

  update(text: string): void {
    const now = this.now();
    if (now - this.start < QUIET) return;
    if (this.stream.isTTY) {
      this.stream.write(`${CLEAR}${text}`);
      this.shown = true;
    } else if (now - this.last >= QUIET) {
      this.stream.write(`${text}\n`);
      this.last = now;
    }
  }

  /** Takes the line away. */
  end(): void {
    if (this.shown) this.stream.write(CLEAR);
    this.shown = false;
  }
}
