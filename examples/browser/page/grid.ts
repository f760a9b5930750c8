const SIDE = 8;
const FULL = 16;

const steps: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The 8×8 image, in values from 0 to 16: shown, and edited cell by cell with the keyboard or by pressing cells. */
export class Grid {
  readonly pixels = new Uint8Array(SIDE * SIDE);
  private readonly cells: readonly HTMLElement[];
  private current = 0;

  constructor(
    element: HTMLElement,
    private readonly onEdit: () => void,
  ) {
    this.cells = Array.from(this.pixels, () => document.createElement('div'));
    for (let row = 0; row < SIDE; row++) {
      const line = document.createElement('div');
      line.setAttribute('role', 'row');
      line.append(...this.cells.slice(row * SIDE, (row + 1) * SIDE));
      element.append(line);
    }
    this.cells.forEach((cell, index) => {
      cell.setAttribute('role', 'gridcell');
      cell.tabIndex = index === 0 ? 0 : -1;
      cell.addEventListener('click', () => this.toggle(index));
      this.label(index);
    });
    element.addEventListener('keydown', (event) => this.press(event));
  }

  /** Shows other values, 64 of them. */
  show(pixels: ArrayLike<number>): void {
    for (let index = 0; index < this.pixels.length; index++) {
      if (this.pixels[index] === pixels[index]) continue;
      this.pixels[index] = pixels[index]!;
      this.label(index);
    }
  }

  private press(event: KeyboardEvent): void {
    if (event.key === ' ' || event.key === 'Enter') this.toggle(this.current);
    else if (event.key in steps) this.step(...steps[event.key]!);
    else return;
    event.preventDefault();
  }

  private step(rows: number, columns: number): void {
    const row = Math.floor(this.current / SIDE) + rows;
    const column = (this.current % SIDE) + columns;
    if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) this.select(row * SIDE + column);
  }

  private select(index: number): void {
    this.cells[this.current]!.tabIndex = -1;
    this.current = index;
    this.cells[index]!.tabIndex = 0;
    this.cells[index]!.focus();
  }

  private toggle(index: number): void {
    this.select(index);
    this.pixels[index] = this.pixels[index]! > 0 ? 0 : FULL;
    this.label(index);
    this.onEdit();
  }

  private label(index: number): void {
    const value = this.pixels[index]!;
    const cell = this.cells[index]!;
    cell.style.setProperty('--shade', `${(100 * value) / FULL}%`);
    const place = `row ${Math.floor(index / SIDE) + 1}, column ${(index % SIDE) + 1}`;
    cell.setAttribute('aria-label', `${place}: ${value} of ${FULL}`);
  }
}
