import { readFileSync } from 'node:fs';
import type { CompiledModule } from '../../compiler/compile.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import { joined, resample } from '../../examples/vad/audio.js';
import { framesOf, RATE, segmentsOf } from '../../examples/vad/detect.js';
import { loadSounds, noSounds } from '../../examples/vad/sounds.js';
import { instantiateSync } from '../../runtime/index.js';
import { Comparisons, compileAll, medianTime } from './measure.js';
import { openSession, RUNTIME } from './onnx.js';
import { Unavailable, type ModelReport, type Resources, type TestedModel } from './tested.js';

const MODEL = '@ricky0123/vad-web';
/** Seconds of silence before each recording. */
const PAUSE = 0.5;

interface Detector {
  readonly name: string;
  readonly file: string;
  /** What the model takes of a sound, call by call. */
  readonly frames: (samples: Float32Array) => Iterable<Float32Array>;
  /** Of one stream, by the input and the output that hold it. */
  readonly states: readonly (readonly [input: string, output: string, shape: readonly [number, 1, number]])[];
  /** Fixes the length of a frame where the model cannot leave it open. */
  readonly dims?: Readonly<Record<string, number>>;
  /** Outputs that are shown and not required to agree. */
  readonly informative?: readonly string[];
}

function* chunksOf(samples: Float32Array, length: number): Generator<Float32Array> {
  for (let at = 0; at + length <= samples.length; at += length) yield samples.subarray(at, at + length);
}

const detectors: readonly Detector[] = [
  ...['v5', 'v6'].map((version) => ({
    name: `Silero VAD ${version}`,
    file: `dist/silero_vad_${version}.onnx`,
    frames: framesOf,
    states: [['state', 'stateN', [2, 1, 128]]] as const,
    dims: { 'input[1]': 576 },
  })),
  {
    name: 'Silero VAD v4',
    file: 'dist/silero_vad_legacy.onnx',
    frames: (samples) => chunksOf(samples, 1536),
    states: [
      ['h', 'hn', [2, 1, 64]],
      ['c', 'cn', [2, 1, 64]],
    ],
    // It takes logarithms of 2^20 times what may cancel: onnxruntime's own hn moves by 4e-4 when samples do by 1e-7 of themselves.
    informative: ['hn'],
  },
];

/** What a detector gives of a stream: probabilities [calls, streams], and states, one call after another. */
type Stream = ReadonlyMap<string, Tensor>;

type Step = (inputs: Readonly<Record<string, Tensor>>) => Promise<Readonly<Record<string, { readonly data: unknown }>>>;

/** Feeds sounds of one length side by side, and the states of each call to the next. */
async function detect({ frames, states }: Detector, sounds: readonly Float32Array[], step: Step): Promise<Stream> {
  const streams = sounds.length;
  const calls = sounds.map((sound) => [...frames(sound)]);
  const count = calls[0]!.length;
  let current = Object.fromEntries(
    states.map(([input, , [layers, , size]]): [string, Tensor] => {
      const shape = [layers, streams, size];
      return [input, { dtype: 'float32', shape, data: new Float32Array(volume(shape)) }];
    }),
  );
  const given = new Map<string, Float32Array[]>(
    ['output', ...states.map(([, output]) => output)].map((each) => [each, []]),
  );
  for (let at = 0; at < count; at++) {
    const data = joined(calls.map((each) => each[at]!));
    const shape = [streams, data.length / streams];
    const outputs = await step({ input: { dtype: 'float32', shape, data }, ...current });
    for (const [name, list] of given) list.push((outputs[name]!.data as Float32Array).slice());
    current = Object.fromEntries(
      states.map(([input, output]): [string, Tensor] => [
        input,
        { ...current[input]!, data: given.get(output)!.at(-1)! },
      ]),
    );
  }
  const shapes = new Map([
    ['output', [streams]],
    ...states.map(([input, output]) => [output, current[input]!.shape] as const),
  ]);
  return new Map(
    [...given].map(([name, list]): [string, Tensor] => [
      name,
      { dtype: 'float32', shape: [count, ...shapes.get(name)!], data: joined(list) },
    ]),
  );
}

function stepOf(module: CompiledModule): Step {
  const net = instantiateSync(module);
  return async (inputs) => Promise.resolve(net.forward(inputs));
}

/** Where there is speech in each stream. */
const timelinesOf = ({ data, shape: [, streams = 1] }: Tensor) =>
  Array.from({ length: streams }, (_, stream) =>
    segmentsOf(Array.from(data as Float32Array).filter((__, at) => at % streams === stream)),
  );

async function run(detector: Detector, { packages, targets }: Resources): Promise<ModelReport> {
  const recordings = loadSounds();
  if (recordings.length === 0) throw new Unavailable(noSounds);
  const silence = new Float32Array(PAUSE * RATE);
  const sound = joined(recordings.flatMap((each) => [silence, resample(each, RATE).samples]));
  const middle = sound.length >> 1;
  const turned = joined([sound.subarray(middle), sound.subarray(0, middle)]);

  const bytes = readFileSync(new URL(detector.file, packages.find(MODEL)));
  const { dims = {}, informative = [] } = detector;
  const model = importOnnx(bytes, { bind: { sr: BigInt(RATE) } });
  const { modules, ...figures } = await compileAll(model, targets, { dims });
  const session = await openSession(bytes);
  const sr: Tensor = { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(RATE)) };
  const stepOfSession: Step = (inputs) => session.run({ ...inputs, sr });
  const comparisons = new Comparisons();
  for (const sounds of [[sound], [sound, turned]]) {
    const expected = await detect(detector, sounds, stepOfSession);
    for (const [target, module] of modules) {
      const actual = await detect(detector, sounds, stepOf(module));
      for (const [name, tensor] of expected) {
        comparisons.tensors(target, name, actual.get(name)!, tensor, !informative.includes(name));
      }
      const [timeline, known] = [actual, expected].map((stream) => timelinesOf(stream.get('output')!));
      const count = known!.reduce((total, { length }) => total + length, 0);
      comparisons.equal(target, `timeline, ${count} times speech`, timeline, known);
      if (count === 0) comparisons.equal(target, 'speech is found', 0, 1);
    }
  }
  const [chunk] = detector.frames(sound);
  const input: Tensor = { dtype: 'float32', shape: [1, chunk!.length], data: chunk! };
  const states = Object.fromEntries(
    detector.states.map(([name, , shape]): [string, Tensor] => [
      name,
      { dtype: 'float32', shape, data: new Float32Array(volume(shape)) },
    ]),
  );
  const times: Record<string, number> = {};
  for (const [target, module] of modules) {
    const net = instantiateSync(module);
    times[target] = await medianTime(() => net.forward({ input, ...states }));
  }
  const referenceTime = await medianTime(() => session.run({ input, ...states, sr }));
  await session.release();
  return { ...figures, rows: comparisons.rows(), times, reference: session.reference, referenceTime };
}

/** Speech in recordings, one after another and two streams at once, with states that go from call to call. */
export const speechModels: readonly TestedModel[] = detectors.map((detector) => ({
  name: detector.name,
  packages: [RUNTIME, MODEL],
  run: (resources) => run(detector, resources),
}));
