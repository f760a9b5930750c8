import test from 'ava';
import { joined, readWav, resample, type Sound } from '../examples/vad/audio.js';
import { framesOf, segmentsOf } from '../examples/vad/detect.js';

/** A WAV file of 16-bit samples, with a part of another kind before them. */
function wav(rate: number, channels: number, samples: readonly number[], { kind = 1, depth = 16 } = {}): Uint8Array {
  const bytes = new Uint8Array(56 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => bytes.set(new TextEncoder().encode(value), at);
  text(0, 'RIFF');
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, kind, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint16(34, depth, true);
  text(36, 'LIST');
  view.setUint32(40, 3, true);
  text(48, 'data');
  view.setUint32(52, 2 * samples.length, true);
  samples.forEach((sample, at) => view.setInt16(56 + 2 * at, sample, true));
  return bytes;
}

test('WAV files are read, and others refused', (t) => {
  t.deepEqual(readWav(wav(48_000, 1, [0, -32768, 16384])), { rate: 48_000, samples: Float32Array.of(0, -1, 0.5) });
  t.deepEqual(readWav(wav(8000, 2, [16384, -16384, 16384, 8192])).samples, Float32Array.of(0, 0.375));
  t.throws(() => readWav(new Uint8Array(60)), { message: 'sound: is no WAV file' });
  t.throws(() => readWav(wav(8000, 1, [0], { depth: 24 })), { message: /got format 1 of 24 bits$/ });
  t.throws(() => readWav(wav(8000, 1, []).subarray(0, 48)), { message: 'sound: the WAV file has no samples' });
});

const tone = (rate: number, frequency: number, length: number): Sound => ({
  rate,
  samples: Float32Array.from({ length }, (_, at) => Math.sin((2 * Math.PI * frequency * at) / rate)),
});

for (const [from, to] of [
  [48_000, 16_000],
  [44_100, 16_000],
  [8000, 16_000],
] as const) {
  test(`${from} Hz becomes ${to} Hz`, (t) => {
    const { rate, samples } = resample(tone(from, 1000, from / 10), to);
    t.is(rate, to);
    t.is(samples.length, to / 10);
    const expected = tone(to, 1000, to / 10).samples;
    for (let at = 200; at < samples.length - 200; at++) {
      t.true(Math.abs(samples[at]! - expected[at]!) < 1e-3, `${at}: ${samples[at]}, not ${expected[at]}`);
    }
    if (from < to) return;
    const inner = resample(tone(from, 9500, from / 10), to).samples.subarray(200, -200);
    t.true(
      inner.every((sample) => Math.abs(sample) < 1e-3),
      'what the lower rate cannot hold is removed',
    );
  });
}

test('a sound at the rate asked for stays as it is', (t) => {
  const sound = tone(16_000, 440, 50);
  t.is(resample(sound, 16_000).samples, sound.samples);
});

test('each chunk follows the last samples of the one before', (t) => {
  const samples = joined([Float32Array.from({ length: 1000 }, (_, at) => at), Float32Array.of(-1, -2)]);
  t.is(samples.length, 1002);
  const [first, second, ...others] = [...framesOf(samples)];
  t.deepEqual(others, []);
  t.deepEqual([...first!.subarray(0, 66)], [...new Array<number>(64).fill(0), 0, 1]);
  t.deepEqual([second!.length, second![0], second![64], second![64 + 488], second![64 + 490]], [576, 448, 512, -1, 0]);
});

test('speech begins at the threshold and ends after a pause', (t) => {
  const of = (text: string, options?: Parameters<typeof segmentsOf>[1]) =>
    segmentsOf(
      Array.from(text, (digit) => Number(digit) / 10),
      options,
    );
  t.deepEqual(of('0005889900000000'), [[3, 8]]);
  t.deepEqual(of('9999000009900000099990'), [
    [0, 11],
    [17, 21],
  ]);
  t.deepEqual(of('0099900000009999'), [[12, 16]]);
  t.deepEqual(of('0099900099', { hangover: 3, shortest: 2 }), [
    [2, 5],
    [8, 10],
  ]);
  t.deepEqual(of('044440', { threshold: 0.4 }), [[1, 5]]);
  t.deepEqual(of(''), []);
});
