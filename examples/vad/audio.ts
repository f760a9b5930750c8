/** Sound as samples of one channel, -1 to 1. */
export interface Sound {
  /** Samples per second. */
  readonly rate: number;
  readonly samples: Float32Array;
}

const PCM = 1;
/** A format whose kind stands in the first field of an extension. */
const EXTENSIBLE = 0xfffe;

/**
 * Reads a WAV file of 16-bit samples; of several channels their mean.
 *
 * @throws RangeError for files of another kind
 */
export function readWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw new RangeError('sound: is no WAV file');
  let format: { readonly rate: number; readonly channels: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, start] = [tag(at), at + 8];
    const size = Math.min(view.getUint32(at + 4, true), bytes.length - start);
    if (name === 'fmt ') {
      const [kind, depth] = [view.getUint16(start, true), view.getUint16(start + 14, true)];
      if ((kind !== PCM && kind !== EXTENSIBLE) || depth !== 16) {
        throw new RangeError(`sound: must have samples of 16 bits, got format ${kind} of ${depth} bits`);
      }
      format = { rate: view.getUint32(start + 4, true), channels: view.getUint16(start + 2, true) };
    }
    if (name === 'data' && format) {
      const { rate, channels } = format;
      const samples = Float32Array.from({ length: Math.floor(size / (2 * channels)) }, (_, frame) => {
        let sum = 0;
        for (let c = 0; c < channels; c++) sum += view.getInt16(start + 2 * (frame * channels + c), true);
        return sum / (channels * 32768);
      });
      return { rate, samples };
    }
    at = start + size + (size & 1);
  }
  throw new RangeError('sound: the WAV file has no samples');
}

/** Zero crossings of the filter on each side of its middle. */
const CROSSINGS = 16;
/** The band that passes, as a part of the lower rate's. */
const PASS = 0.95;

/** A low pass at `cutoff` cycles a sample: sinc under a Blackman window that reaches as far as `reach` samples. */
function lowPass(at: number, cutoff: number, reach: number): number {
  const phase = 2 * Math.PI * cutoff * at;
  const turn = (Math.PI * at) / reach;
  const window = Math.abs(at) >= reach ? 0 : 0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn);
  return window * (phase === 0 ? 1 : Math.sin(phase) / phase);
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/**
 * The same sound at another rate, by a finite impulse response that keeps what the lower of both rates can hold.
 *
 * @param to samples per second
 */
export function resample({ rate, samples }: Sound, to: number): Sound {
  if (rate === to) return { rate, samples };
  const cutoff = (PASS * Math.min(1, to / rate)) / 2;
  const reach = CROSSINGS / (2 * cutoff);
  // Positions of new samples between old ones repeat after so many.
  const phases = to / commonDivisor(rate, to);
  const taps = Array.from({ length: phases }, (_, phase) => {
    const centre = (phase * rate) / to;
    const first = Math.ceil(centre - reach);
    const weights = Array.from({ length: Math.floor(centre + reach) - first + 1 }, (_, i) =>
      lowPass(first + i - centre, cutoff, reach),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
  const step = (phases * rate) / to;
  const resampled = Float32Array.from({ length: Math.floor((samples.length * to) / rate) }, (_, i) => {
    const { first, weights } = taps[i % phases]!;
    const start = first + Math.floor(i / phases) * step;
    return weights.reduce((sum, weight, k) => sum + weight * (samples[start + k] ?? 0), 0);
  });
  return { rate: to, samples: resampled };
}

/** Sounds one after another. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
