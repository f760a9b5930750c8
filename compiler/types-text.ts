import type { Manifest, ManifestPort } from '../runtime/manifest.js';
import type { Port } from './ir.js';

const isName = (text: string): boolean => /^[A-Za-z_$][\w$]*$/.test(text);
const quote = (name: string): string => `'${name}'`;
const key = (name: string): string => (isName(name) ? name : quote(name));

/** The label of an axis: the name of its size, else what the layers call it. */
const labelOf = ({ shape }: ManifestPort, axes: readonly string[], axis: number): string => {
  const size = shape[axis]!;
  if (typeof size === 'string' && isName(size)) return size;
  return axes[axis] === '' || axes[axis] === undefined ? `axis${axis}` : axes[axis];
};

/** A port as a labelled tuple type: open sizes are numbers, known ones literals. */
function portType(port: ManifestPort, axes: readonly string[]): string {
  const sizes = port.shape.map(
    (size, axis) => `${labelOf(port, axes, axis)}: ${typeof size === 'number' ? size : 'number'}`,
  );
  return `Tensor<'${port.dtype}', readonly [${sizes.join(', ')}]>`;
}

/** Which sizes of an input a call may change, and which the first one fixes. */
function remarkOn(port: ManifestPort, axes: readonly string[], symbols: Manifest['symbols']): string {
  const listed = (kind: 'free' | 'latched'): string =>
    port.shape
      .flatMap((size, axis) => {
        const symbol = symbols.find(({ name }) => name === size);
        if (symbol?.kind !== kind) return [];
        const limits = [
          ...(symbol.min === undefined ? [] : [`at least ${symbol.min}`]),
          ...(symbol.max === undefined ? [] : [`at most ${symbol.max}`]),
        ];
        return `${labelOf(port, axes, axis)}${limits.length === 0 ? '' : ` (${limits.join(', ')})`}`;
      })
      .join(', ');
  const [free, latched] = [listed('free'), listed('latched')];
  const parts = [...(free ? [`free: ${free}`] : []), ...(latched ? [`fixed by the first input: ${latched}`] : [])];
  return parts.length === 0 ? '' : `/** ${parts.join('; ')} */ `;
}

/**
 * Text of `model.d.wasm.ts`, TypeScript's name for the types of an imported `model.wasm`.
 *
 * @param graph has the names of the axes
 */
export function writeTypes(
  manifest: Manifest,
  graph: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] },
): string {
  const ports = (list: readonly ManifestPort[], named: readonly Port[], remark: typeof remarkOn): string =>
    list
      .map((port, index) => {
        const { axes } = named[index]!;
        return `    ${remark(port, axes, manifest.symbols)}${key(port.name)}: ${portType(port, axes)};\n`;
      })
      .join('');
  const variables = manifest.variables.map(({ name }) => quote(name)).join(' | ') || 'never';
  return `import type { CompiledWasm, Tensor } from 'nacre/runtime';

export interface Signature {
  inputs: {
${ports(manifest.inputs, graph.inputs, remarkOn)}  };
  outputs: {
${ports(manifest.outputs, graph.outputs, () => '')}  };
  variables: ${variables};
}
declare const module: CompiledWasm<Signature>;
export default module;
`;
}

/** The interface `Signature` of such a text. */
export function signatureOf(types: string): string {
  const start = types.indexOf('export interface Signature');
  return types.slice(start, types.indexOf('\n}', start) + 2);
}
