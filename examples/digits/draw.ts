import { pixelsPerImage } from './data.js';

/** An 8×8 image with values in 0…1, what the network says of it and, if known, its label. */
export interface DrawnDigit {
  readonly pixels: Float32Array;
  readonly digit: number;
  readonly confidence: number;
  readonly label?: number;
}

export interface DrawOptions {
  /** Grey levels by ANSI colours, two rows of pixels to a line; otherwise shading characters. */
  readonly color: boolean;
  /** The width of the terminal, at least one image wide. */
  readonly columns: number;
}

const gap = '   ';
const shades = [' ', '░', '▒', '▓', '█'];

/**
 * Draws digits side by side, in as many bands as the width needs, under each the prediction and its confidence and, if
 * that is not the label, the label.
 */
export function drawDigits(digits: readonly DrawnDigit[], { color, columns }: DrawOptions): string {
  const width = color ? 8 : 16;
  const perBand = Math.max(1, Math.floor((columns + gap.length) / (width + gap.length)));
  const bands: string[] = [];
  for (let start = 0; start < digits.length; start += perBand) {
    const band = digits.slice(start, start + perBand);
    const images = band.map(({ pixels }) => (color ? halfBlockLines(pixels) : shadeLines(pixels)));
    const lines = images[0]!.map((_, line) => images.map((image) => image[line]).join(gap));
    lines.push(captions(band, width, predictionCaption));
    if (band.some(isWrong)) lines.push(captions(band, width, (digit) => (isWrong(digit) ? `not ${digit.label}` : '')));
    bands.push(`${lines.map((line) => line.trimEnd()).join('\n')}\n`);
  }
  return bands.join('\n');
}

function isWrong({ digit, label }: DrawnDigit): boolean {
  return label !== undefined && label !== digit;
}

function predictionCaption({ digit, confidence }: DrawnDigit): string {
  return `${digit} ${`${Math.round(confidence * 100)} %`.padStart(6)}`;
}

function captions(band: readonly DrawnDigit[], width: number, caption: (digit: DrawnDigit) => string): string {
  return band.map((digit) => caption(digit).padEnd(width)).join(gap);
}

/** Eight lines of 16 characters, two to a pixel, as characters are twice as high as wide. */
function shadeLines(pixels: Float32Array): string[] {
  return Array.from({ length: 8 }, (_, row) =>
    Array.from(pixels.subarray(row * 8, row * 8 + 8), (value) => shades[level(value, shades.length)]!.repeat(2)).join(
      '',
    ),
  );
}

/** Four lines of 8 characters, each an upper half block over a background, in the 24 greys of the 256 colours. */
function halfBlockLines(pixels: Float32Array): string[] {
  const grey = (index: number) => 232 + level(pixels[index]!, 24);
  return Array.from({ length: pixelsPerImage / 16 }, (_, line) => {
    const characters = Array.from({ length: 8 }, (_, column) => {
      const upper = line * 16 + column;
      return `\x1b[38;5;${grey(upper)};48;5;${grey(upper + 8)}m▀`;
    });
    return `${characters.join('')}\x1b[0m`;
  });
}

function level(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(value * count)));
}
