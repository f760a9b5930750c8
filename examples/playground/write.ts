import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder as digits } from '../digits/data.js';
import { digitsOnnx } from './digits-onnx.js';

interface Builder {
  /** Bundles the page into a folder. */
  readonly buildPlayground: (folder: string) => Promise<void>;
}

const root = new URL('../../../', import.meta.url);

/** Writes the static files of the playground: the page, its workers, the compiler, models to begin with. */
export async function writePlayground(folder: string): Promise<{ readonly files: number; readonly bytes: number }> {
  const { buildPlayground } = (await import(new URL('tools/build-playground.js', root).href)) as Builder;
  await buildPlayground(folder);
  const models = join(folder, 'models');
  mkdirSync(join(models, 'digits'), { recursive: true });
  for (const name of ['keras.json', 'gluon.json']) {
    copyFileSync(new URL(`examples/playground/models/${name}`, root), join(models, name));
  }
  copyFileSync(new URL('model.json', digits), join(models, 'digits/digits.json'));
  copyFileSync(new URL('weights.safetensors', digits), join(models, 'digits/digits.safetensors'));
  writeFileSync(join(models, 'digits.onnx'), digitsOnnx());
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .filter((entry) => entry.isFile());
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}
