import type { Point, Stroke } from './strokes.js';

/** How wide a line is, as a share of the pad. */
const LINE = 0.07;

/** A canvas to draw on with anything that points. Strokes are kept in shares of its side, so that it may change its size. */
export class Pad {
  private drawn: Point[][] = [];
  private pointer: number | null = null;
  private readonly context: CanvasRenderingContext2D;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly onDraw: () => void,
  ) {
    this.context = canvas.getContext('2d')!;
    canvas.addEventListener('pointerdown', (event) => this.press(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    for (const type of ['pointerup', 'pointercancel'] as const)
      canvas.addEventListener(type, (event) => this.lift(event));
    new ResizeObserver(() => this.paint()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
  }

  get strokes(): readonly Stroke[] {
    return this.drawn;
  }

  clear(): void {
    this.drawn = [];
    this.paint();
  }

  private press(event: PointerEvent): void {
    if (this.pointer !== null || event.button !== 0) return;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.drawn.push([]);
    this.add([event]);
  }

  private move(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    // Safari has them since 18.2.
    const all = 'getCoalescedEvents' in event ? event.getCoalescedEvents() : [];
    this.add(all.length > 0 ? all : [event]);
  }

  private lift(event: PointerEvent): void {
    if (event.pointerId === this.pointer) this.pointer = null;
  }

  private add(events: readonly PointerEvent[]): void {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const points = events.map(({ clientX, clientY }) => ({ x: (clientX - left) / width, y: (clientY - top) / height }));
    this.drawn.at(-1)!.push(...points);
    this.paint();
    this.onDraw();
  }

  private paint(): void {
    const { canvas, context } = this;
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (canvas.width !== side || canvas.height !== side) canvas.width = canvas.height = side;
    context.clearRect(0, 0, side, side);
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = LINE * side;
    context.lineCap = context.lineJoin = 'round';
    for (const stroke of this.drawn) {
      context.beginPath();
      for (const { x, y } of stroke) context.lineTo(x * side, y * side);
      // A line to where it starts makes a dot of a single point.
      if (stroke.length === 1) context.lineTo(stroke[0]!.x * side, stroke[0]!.y * side);
      context.stroke();
    }
  }
}
