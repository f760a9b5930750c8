import { signatureOf } from '../types-text.js';
import { VERSION } from '../version.js';
import { errorClasses, type LoaderParts } from './loader-text.js';

const address = 'string | URL';
const bytes = 'Uint8Array | ArrayBuffer';

/** The options of `load`: each a comment and a member. */
function members({ form, weights }: LoaderParts): string[] {
  const module = `${address} | Response | ${bytes} | CompiledWasm<Signature>`;
  const isBeside = form === 'fetch';
  return [
    ...(isBeside
      ? [
          '/** The module, where it does not stand beside the loader: its address, a response, its bytes, or compiled. */',
          `readonly wasm?: ${module} | Promise<${module}>;`,
        ]
      : []),
    ...(weights === undefined
      ? []
      : [
          `/** The file of the weights${isBeside ? ', where it does not stand beside the loader' : ''}: its address or its content. */`,
          `readonly weights${isBeside ? '?' : ''}: ${address} | WeightSource | Promise<${address} | WeightSource>;`,
        ]),
  ];
}

/** An interface, or nothing where it has no members and extends nothing. */
const interfaceText = (name: string, base: string | undefined, lines: readonly string[]): string[] =>
  base === undefined && lines.length === 0
    ? []
    : [`export interface ${name}${base === undefined ? '' : ` extends ${base}`} {`, ...lines.map((l) => `  ${l}`), '}'];

/**
 * The types of a loader, which need the package `nacre` where they are checked.
 *
 * @param types of the module, as `compile` gives them
 */
export function loaderTypes(parts: LoaderParts, types: string): string {
  const { form, runtime, weights } = parts;
  const model = runtime === 'full' ? 'Model' : 'ForwardModel';
  const base = runtime === 'full' ? 'SessionOptions' : undefined;
  const own = members(parts);
  const optional = form === 'fetch' || weights === undefined ? '?' : '';
  const options = base === undefined && own.length === 0 ? '' : `options${optional}: LoadOptions`;
  const atOnce = weights === undefined ? 'LoadOptions' : 'LoadSyncOptions';
  const isSync = form !== 'fetch';
  const imported = [...(isSync ? [] : ['CompiledWasm']), model, ...(base === undefined ? [] : [base]), 'Tensor'];
  return [
    `// Written by nacre ${VERSION}.`,
    `import type { ${imported.join(', ')} } from 'nacre/runtime';`,
    ...(weights === undefined
      ? []
      : [`import type { ${isSync ? 'WeightBytes, ' : ''}WeightSource } from 'nacre/runtime/external';`]),
    '',
    `export { ${errorClasses(runtime).join(', ')} } from 'nacre/runtime';`,
    '',
    signatureOf(types),
    '',
    ...interfaceText('LoadOptions', base, own),
    ...(isSync && weights !== undefined
      ? interfaceText('LoadSyncOptions', base, ['readonly weights: WeightBytes;'])
      : []),
    '/** An instance of the model. @throws ModuleError for a module that is missing, of another compilation, or refused */',
    `export default function load(${options}): Promise<${model}<Signature>>;`,
    ...(isSync
      ? [
          '/** The same at once. */',
          `export function loadSync(${options.replace('LoadOptions', atOnce)}): ${model}<Signature>;`,
        ]
      : []),
    '',
  ].join('\n');
}
