import type { ModuleData } from '../../compiler/report/document.js';
import type { ModelData } from '../../compiler/report/model/types.js';
import { byteSize } from '../text.js';
import { save } from '../ui/save.js';

interface File {
  readonly name: string;
  readonly what: string;
  readonly data: Uint8Array | string;
  readonly type: string;
}

const sizeOf = (data: Uint8Array | string): number =>
  typeof data === 'string' ? new TextEncoder().encode(data).length : data.length;

function filesOf({ name, binary, types, loader, weights }: ModuleData): readonly File[] {
  return [
    { name: `${name}.wasm`, what: 'the module', data: binary, type: 'application/wasm' },
    ...(loader === undefined
      ? []
      : [{ name: `${name}.js`, what: 'a loader of this model alone', data: loader, type: 'text/javascript' }]),
    { name: `${name}.d.wasm.ts`, what: 'its types, for TypeScript', data: types, type: 'text/plain' },
    ...(weights
      ? [{ name: `${name}.safetensors`, what: 'its weights', data: weights, type: 'application/octet-stream' }]
      : []),
  ];
}

/** What was compiled, to be saved. */
export function ModuleFiles({ module, model }: { readonly module: ModuleData; readonly model: ModelData }) {
  return (
    <>
      <p class="muted">
        {`One WebAssembly module without imports, ${byteSize(module.binary.length)} (${byteSize(module.gzip)} gzip). `}
        {model.variables.length > 0 && 'It initializes its own parameters and infers its own shapes.'}
      </p>
      <ul class="files">
        {filesOf(module).map((file) => (
          <li key={file.name}>
            <button type="button" onClick={() => save(file.name, file.data, file.type)}>
              Save {file.name}
            </button>
            <span class="muted">{`${file.what}, ${byteSize(sizeOf(file.data))}`}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
