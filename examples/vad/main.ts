// npm run example -- vad [FILE.wav ...]: finds speech with Silero VAD in recordings put one after another, by default those of
// Debian's alsa-utils.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { PinnedPackages } from '../support/packages.js';
import { printTable, thousands } from '../support/text.js';
import { joined, readWav, resample } from './audio.js';
import { CHUNK, compileDetector, detectSpeech, RATE, segmentsOf } from './detect.js';
import { loadSounds, noSounds, type NamedSound } from './sounds.js';

const PACKAGE = '@ricky0123/vad-web';
/** Seconds of silence before each recording. */
const PAUSE = 0.5;
const LEVELS = '▁▂▃▄▅▆▇█';

const seconds = (chunk: number): string => ((chunk * CHUNK) / RATE).toFixed(2);

async function show(model: Uint8Array, sounds: readonly NamedSound[]): Promise<void> {
  const silence = new Float32Array(PAUSE * RATE);
  const parts = sounds.map((sound) => joined([silence, resample(sound, RATE).samples]));
  const samples = joined([...parts, silence]);
  const module = await compileDetector(model);
  // Engines compile again what runs often.
  detectSpeech(module, samples);
  const start = performance.now();
  const probabilities = detectSpeech(module, samples);
  const elapsed = performance.now() - start;
  const segments = segmentsOf(probabilities);

  console.log(`One bar for each chunk of ${(1000 * CHUNK) / RATE} ms, as high as the probability of speech.\n`);
  let before = 0;
  const rows = sounds.map(({ name }, i) => {
    const from = Math.round(before / CHUNK);
    before += parts[i]!.length;
    const to = i === sounds.length - 1 ? probabilities.length : Math.round(before / CHUNK);
    const bars = probabilities
      .slice(from, to)
      .map((probability) => LEVELS[Math.min(Math.floor(probability * LEVELS.length), LEVELS.length - 1)]!);
    const spoken = segments
      .filter(([first]) => first >= from && first < to)
      .map(([first, after]) => `${seconds(first)}–${seconds(after)}`);
    return [name, seconds(from), bars.join(''), spoken.join(', ')];
  });
  printTable([['recording', 'from', '', 'speech, in seconds'], ...rows], [1]);
  const spoken = segments.reduce((total, [first, after]) => total + after - first, 0);
  const length = samples.length / RATE;
  console.log(`\nspeech ${segments.length} times, ${seconds(spoken)} of ${length.toFixed(2)} seconds`);
  const size = thousands(module.binary.length);
  console.log(`Silero VAD v5: ${size} bytes, ${(elapsed / length).toFixed(2)} ms for each second of sound`);
}

const { positionals } = parseArgs({ allowPositionals: true });
const folder = new PinnedPackages(new URL('../../../examples/vad/', import.meta.url)).find(PACKAGE);
const sounds: readonly NamedSound[] =
  positionals.length > 0
    ? positionals.map((path) => ({ name: basename(path, '.wav'), ...readWav(readFileSync(path)) }))
    : loadSounds();
if (!folder) console.log(`skipped: ${PACKAGE} is not to be had`);
else if (sounds.length === 0) console.log(`skipped: ${noSounds}`);
else await show(readFileSync(new URL('dist/silero_vad_v5.onnx', folder)), sounds);
