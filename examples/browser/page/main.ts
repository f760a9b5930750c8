import { AnswerView } from './answer.js';
import { Grid } from './grid.js';
import { recognize } from './net.js';
import { Pad } from './pad.js';
import { readSample, samples } from './samples.js';
import { pixelsOf } from './strokes.js';

const find = (id: string): HTMLElement => document.getElementById(id)!;

const answer = new AnswerView(find('digit'), find('bars'), find('spoken'));

let scheduled = false;

/** Recognizes what stands in the grid, once a frame at most. */
function answerSoon(note = ''): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    if (grid.pixels.every((value) => value === 0)) answer.clear();
    else answer.show(recognize(grid.pixels), note);
  });
}

const pad = new Pad(find('pad') as HTMLCanvasElement, () => {
  grid.show(pixelsOf(pad.strokes));
  answerSoon();
});

const grid = new Grid(find('grid'), () => {
  pad.clear();
  answerSoon();
});

find('clear').addEventListener('click', () => {
  pad.clear();
  grid.show(new Uint8Array(64));
  answerSoon();
});

let shown = 0;
find('sample').addEventListener('click', () => {
  const { label, pixels } = readSample(samples[shown++ % samples.length]!);
  pad.clear();
  grid.show(pixels);
  answerSoon(` for a sample of ${label}`);
});
