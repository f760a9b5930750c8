import type { LoaderContext } from './webpack.js';

/** Models are binary: webpack must not read them as text. */
export const raw = true;

/** The loader of models, which webpack finds by this file. */
export default function loader(this: LoaderContext): void {
  const callback = this.async();
  this.getOptions()
    .open(this)
    .then(
      (code) => callback(null, code),
      (error: unknown) => callback(error as Error),
    );
}
