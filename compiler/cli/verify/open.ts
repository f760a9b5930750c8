import { OptionError } from '../../errors.js';
import { OnnxModel } from '../../import/onnx/index.js';
import { show } from '../../show.js';
import type { TfjsFile } from '../../files/tfjs.js';
import { naiveEvaluation } from './naive.js';
import { onnxruntime } from './onnxruntime.js';
import type { Reference } from './reference.js';
import { tfjs } from './tfjs.js';

/**
 * Another runtime by name, `undefined` for the naive evaluation.
 *
 * @throws OptionError for a name that is none, a model that the runtime does not run, and a runtime that is not installed
 */
export function openReference(
  against: string | undefined,
  { path, model, file }: { readonly path: string; readonly model: unknown; readonly file: TfjsFile | undefined },
  seed: bigint,
): Reference {
  const fail = (what: string): never => {
    throw new OptionError('arguments', '--against', what);
  };
  switch (against) {
    case undefined:
      return naiveEvaluation(seed);
    case 'onnxruntime':
      if (model instanceof OnnxModel) return onnxruntime(path, model.bindings);
      return fail('onnxruntime runs ONNX models only; leave --against out for the naive evaluation');
    case 'tfjs':
      if (file) return tfjs(file);
      return fail('tfjs runs its own models only; leave --against out for the naive evaluation');
    default:
      return fail(`must be onnxruntime or tfjs, got ${show(against)}`);
  }
}
