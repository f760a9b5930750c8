import { readFileSync } from 'node:fs';
import type { Image } from '../face/image.js';
import type { PinnedPackages } from '../support/packages.js';

const FONT = '@fontsource/roboto';
const READER = 'fontkitten';

/** The part of fontkitten that is used; sizes are in units of the font. */
export interface Font {
  readonly unitsPerEm: number;
  readonly ascent: number;
  readonly descent: number;
  glyphsForString(text: string): readonly Glyph[];
  hasGlyphForCodePoint(code: number): boolean;
}

interface Glyph {
  readonly advanceWidth: number;
  readonly path: {
    readonly commands: readonly {
      readonly command: 'moveTo' | 'lineTo' | 'quadraticCurveTo' | 'bezierCurveTo' | 'closePath';
      readonly args: readonly number[];
    }[];
  };
}

/** Roboto, if it and what reads it are to be had. */
export async function loadFont(packages: PinnedPackages): Promise<Font | undefined> {
  const [font, reader] = [packages.find(FONT), packages.find(READER)];
  if (!font || !reader) return undefined;
  const fontkitten = (await import(new URL('dist/index.js', reader).href)) as { create(bytes: Uint8Array): Font };
  return fontkitten.create(readFileSync(new URL('files/roboto-latin-400-normal.woff', font)));
}

/** Coverage of pixels by outlines, kept as how it changes from one pixel of a row to the next. */
class Coverage {
  private readonly changes: Float32Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.changes = new Float32Array((width + 1) * height);
  }

  private add(x: number, y: number, change: number): void {
    this.changes[y * (this.width + 1) + Math.min(Math.max(x, 0), this.width)]! += change;
  }

  /** An edge; what is on its right is inside if it goes down, as long as none takes that back. */
  edge(x0: number, y0: number, x1: number, y1: number): void {
    if (y0 === y1) return;
    const direction = y0 < y1 ? 1 : -1;
    const [xTop, top, xBottom, bottom] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
    const slope = (xBottom - xTop) / (bottom - top);
    for (let y = Math.max(Math.floor(top), 0); y < Math.min(Math.ceil(bottom), this.height); y++) {
      const [from, to] = [Math.max(top, y), Math.min(bottom, y + 1)];
      const ends = [xTop + (from - top) * slope, xTop + (to - top) * slope] as const;
      const [left, right] = [Math.min(...ends), Math.max(...ends)];
      // The part of the edge within each column covers that column by a trapezoid and all columns after it in full.
      const last = Math.max(Math.ceil(right) - 1, Math.floor(left));
      for (let x = Math.floor(left); x <= last; x++) {
        const [a, b] = [Math.max(left, x), Math.min(right, x + 1)];
        const share = right > left ? (b - a) / (right - left) : 1;
        const part = direction * (to - from) * share;
        const inside = part * (x + 1 - (a + b) / 2);
        this.add(x, y, inside);
        this.add(x + 1, y, part - inside);
      }
    }
  }

  /** Black on white, in three channels. */
  image(): Image {
    const { width, height } = this;
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      let covered = 0;
      for (let x = 0; x < width; x++) {
        covered += this.changes[y * (width + 1) + x]!;
        data.fill(Math.round(255 * (1 - Math.min(Math.abs(covered), 1))), (y * width + x) * 3, (y * width + x + 1) * 3);
      }
    }
    return { width, height, data };
  }
}

/** Straight pieces of a curve. */
const PIECES = 8;

/** A point of a Bézier curve. */
function pointOf(controls: readonly (readonly [number, number])[], at: number): readonly [number, number] {
  if (controls.length === 1) return controls[0]!;
  const between = controls.slice(1).map(([x, y], i): readonly [number, number] => {
    const [x0, y0] = controls[i]!;
    return [x0 + (x - x0) * at, y0 + (y - y0) * at];
  });
  return pointOf(between, at);
}

function draw({ path }: Glyph, coverage: Coverage, left: number, baseline: number, scale: number): void {
  let [start, current]: (readonly [number, number])[] = [
    [0, 0],
    [0, 0],
  ];
  const lineTo = (point: readonly [number, number]): void => {
    coverage.edge(...current!, ...point);
    current = point;
  };
  for (const { command, args } of path.commands) {
    const points = args.flatMap((x, i): (readonly [number, number])[] =>
      i % 2 === 0 ? [[left + x * scale, baseline - args[i + 1]! * scale]] : [],
    );
    if (command === 'moveTo') start = current = points[0]!;
    else if (command === 'closePath') lineTo(start!);
    else {
      const controls = [current!, ...points];
      const pieces = command === 'lineTo' ? 1 : PIECES;
      for (let piece = 1; piece <= pieces; piece++) lineTo(pointOf(controls, piece / pieces));
    }
  }
}

/**
 * A line of text, black on white with a margin, as wide as it takes.
 *
 * @param height pixels of the picture
 * @throws RangeError for characters that the font does not have
 */
export function renderLine(font: Font, text: string, height: number): Image {
  for (const character of text) {
    if (font.hasGlyphForCodePoint(character.codePointAt(0)!)) continue;
    throw new RangeError(`text: the font has no '${character}'; choose Latin text`);
  }
  const margin = height / 8;
  const scale = (height - 2 * margin) / (font.ascent - font.descent);
  const glyphs = font.glyphsForString(text);
  const advance = glyphs.reduce((total, { advanceWidth }) => total + advanceWidth * scale, 0);
  const coverage = new Coverage(Math.ceil(advance + 2 * margin), height);
  let left = margin;
  for (const glyph of glyphs) {
    draw(glyph, coverage, left, margin + font.ascent * scale, scale);
    left += glyph.advanceWidth * scale;
  }
  return coverage.image();
}
