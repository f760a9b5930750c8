import type { Manifest, ManifestPort } from '../runtime/manifest.js';

const isName = (text: string): boolean => /^[A-Za-z_$][\w$]*$/.test(text);
const key = (name: string): string => (isName(name) ? name : JSON.stringify(name));

/** A port as a labelled tuple type: open sizes are numbers, known ones literals. */
function portType({ dtype, shape }: ManifestPort): string {
  const sizes = shape.map((size, axis) => {
    if (typeof size === 'number') return `axis${axis}: ${size}`;
    return `${isName(size) ? size : `axis${axis}`}: number`;
  });
  return `Tensor<'${dtype}', readonly [${sizes.join(', ')}]>`;
}

/** Text of `model.d.wasm.ts`, TypeScript's name for the types of an imported `model.wasm`. */
export function writeTypes(manifest: Manifest): string {
  const ports = (list: readonly ManifestPort[]): string =>
    list.map((port) => `    ${key(port.name)}: ${portType(port)};\n`).join('');
  const variables = manifest.variables.map(({ name }) => JSON.stringify(name)).join(' | ') || 'never';
  return `import type { CompiledWasm, Tensor } from 'nacre/runtime';

export interface Signature {
  inputs: {
${ports(manifest.inputs)}  };
  outputs: {
${ports(manifest.outputs)}  };
  variables: ${variables};
}
declare const module: CompiledWasm<Signature>;
export default module;
`;
}
