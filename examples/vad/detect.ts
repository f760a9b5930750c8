/*
 * Silero VAD, versions 5 and 6, at 16 kHz: the probability of speech for each chunk of 32 ms. The model takes a chunk behind the
 * last samples of the one before, and a state from call to call.
 */
import { compile, type CompiledModule, type CompileOptions } from '../../compiler/index.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { instantiateSync } from '../../runtime/forward.js';

/** Samples per second. */
export const RATE = 16_000;
/** Samples of a chunk, and of what goes before it. */
export const CHUNK = 512;
const CONTEXT = 64;
/** Shape of the state of one stream. */
const stateShape = [2, 1, 128] as const;
const frameShape = [1, CONTEXT + CHUNK] as const;

/** Compiles the model, for the rate and the length of a chunk and for any number of streams at once. */
export const compileDetector = (model: Uint8Array, options: CompileOptions = {}): Promise<CompiledModule> =>
  compile(importOnnx(model, { bind: { sr: BigInt(RATE) } }), { ...options, dims: { 'input[1]': frameShape[1] } });

/** What the model takes for each chunk of a sound at 16 kHz; the last chunk is filled up with silence. */
export function* framesOf(samples: Float32Array): Generator<Float32Array> {
  let frame = new Float32Array(frameShape[1]);
  for (let at = 0; at < samples.length; at += CHUNK) {
    const next = new Float32Array(frameShape[1]);
    next.set(frame.subarray(CHUNK));
    next.set(samples.subarray(at, at + CHUNK), CONTEXT);
    yield (frame = next);
  }
}

/** The probability of speech in each chunk of a sound at 16 kHz. */
export function detectSpeech(module: CompiledModule, samples: Float32Array): readonly number[] {
  const net = instantiateSync(module);
  let state: { readonly data: Float32Array; readonly shape: readonly number[] } = {
    data: new Float32Array(stateShape[0] * stateShape[1] * stateShape[2]),
    shape: stateShape,
  };
  return Array.from(framesOf(samples), (data) => {
    const outputs = net.forward({ input: { data, shape: frameShape }, state });
    state = { data: (outputs['stateN']!.data as Float32Array).slice(), shape: stateShape };
    return Number(outputs['output']!.data[0]);
  });
}

export interface SegmentOptions {
  /** The least probability of a chunk that is speech. */
  readonly threshold?: number;
  /** Chunks below the threshold that end speech; fewer are a pause within it. */
  readonly hangover?: number;
  /** Chunks of the shortest speech that counts. */
  readonly shortest?: number;
}

/** From the first chunk of speech to the first one after it. */
export type Segment = readonly [start: number, end: number];

/**
 * Where there is speech. A machine of two states: silence turns to speech at a chunk that reaches the threshold; speech turns to
 * silence when `hangover` chunks in a row stay below it, and ended before the first of these.
 */
export function segmentsOf(
  probabilities: readonly number[],
  { threshold = 0.5, hangover = 6, shortest = 4 }: SegmentOptions = {},
): readonly Segment[] {
  const segments: Segment[] = [];
  let start: number | undefined;
  let end = 0;
  const close = (): void => {
    if (start !== undefined && end - start >= shortest) segments.push([start, end]);
    start = undefined;
  };
  probabilities.forEach((probability, at) => {
    if (probability >= threshold) {
      start ??= at;
      end = at + 1;
    } else if (at + 1 - end >= hangover) close();
  });
  close();
  return segments;
}
