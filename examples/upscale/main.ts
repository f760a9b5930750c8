// npm run example -- upscale [PHOTO.png] [OUTPUT.png]: a photo at twice its size by the model of UpscalerJS, beside bilinear
// interpolation, in OUTPUT.png, build/upscale.png by default. Without a photo a part of one is halved first, so that there is
// something to compare with.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { compile } from '../../compiler/index.js';
import { importKeras } from '../../compiler/import/keras/index.js';
import { instantiateSync } from '../../runtime/forward.js';
import { arrange, crop, readPng, resize, writePng, type Image } from '../face/image.js';
import { PinnedPackages } from '../support/packages.js';
import { thousands } from '../support/text.js';
import { halve, signalToNoise } from './quality.js';

const PACKAGE = '@upscalerjs/default-model';
const portrait = { photo: new URL('../../../examples/face/astronaut.png', import.meta.url), size: 192 } as const;

async function upscale(folder: URL, image: Image): Promise<Image> {
  const model = readFileSync(new URL('models/model.json', folder), 'utf8');
  const weights = readFileSync(new URL('models/group1-shard1of1.bin', folder));
  const { binary } = await compile(importKeras(model, { 'group1-shard1of1.bin': weights }));
  const net = instantiateSync(binary);
  const { width, height } = image;
  const start = performance.now();
  const { SR } = net.forward({ LR: { data: Float32Array.from(image.data), shape: [1, height, width, 3] } });
  const elapsed = performance.now() - start;
  const sizes = `${width} x ${height} to ${2 * width} x ${2 * height} pixels`;
  console.log(`UpscalerJS default: ${thousands(binary.length)} bytes, ${sizes} in ${elapsed.toFixed(0)} ms`);
  return {
    width: 2 * width,
    height: 2 * height,
    data: Uint8Array.from(Uint8ClampedArray.from(SR!.data as Float32Array)),
  };
}

const { positionals } = parseArgs({ allowPositionals: true });
const [path, output = fileURLToPath(new URL('../../upscale.png', import.meta.url))] = positionals;
const folder = new PinnedPackages(new URL('../../../examples/upscale/', import.meta.url)).find(PACKAGE);
if (folder) {
  const original =
    path === undefined ? crop(readPng(portrait.photo), [20, 0], portrait.size, portrait.size) : undefined;
  const image = original ? halve(original) : readPng(path!);
  const bilinear = resize(image, { width: 2 * image.width, height: 2 * image.height });
  const upscaled = await upscale(folder, image);
  if (original) {
    const [before, after] = [bilinear, upscaled].map((each) => signalToNoise(each, original));
    console.log(
      `against the photo: bilinear ${before!.toFixed(2)} dB, model ${after!.toFixed(2)} dB (peak signal to noise)`,
    );
  }
  writePng(output, arrange([bilinear, upscaled, ...(original ? [original] : [])], 'right'));
  console.log(`${original ? 'bilinear, model and photo' : 'bilinear and model'} side by side in ${output}`);
} else console.log(`skipped: ${PACKAGE} is not to be had`);
