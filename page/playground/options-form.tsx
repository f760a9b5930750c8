import type { FormOptions } from './functions.js';

interface Props {
  readonly options: FormOptions;
  readonly onChange: (options: FormOptions) => void;
}

type ChoiceName = 'target' | 'weights' | 'storage';

const choices: readonly { readonly name: ChoiceName; readonly values: readonly string[]; readonly title: string }[] = [
  { name: 'target', values: ['baseline', 'relaxed'], title: 'relaxed uses fused multiply-add where the engine has it' },
  {
    name: 'weights',
    values: ['seed', 'embed', 'external'],
    title: 'recipes, values in the module, or values in a file',
  },
  { name: 'storage', values: ['f32', 'f16', 'int8'], title: 'how values travel' },
];

/** What the model is compiled with. */
export function OptionsForm({ options, onChange }: Props) {
  return (
    <div class="fields options">
      {choices.map(({ name, values, title }) => (
        <label class="field" key={name} title={title}>
          <span>{name}</span>
          <select
            value={options[name]}
            onChange={({ currentTarget }) => onChange({ ...options, [name]: currentTarget.value })}
          >
            {values.map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>
        </label>
      ))}
      <label class="field seed">
        <span>seed</span>
        <input
          type="text"
          inputMode="numeric"
          pattern="[0-9]{1,20}"
          value={options.seed}
          onInput={({ currentTarget }) => onChange({ ...options, seed: currentTarget.value })}
        />
      </label>
      <label class="field dims">
        <span>dims</span>
        <input
          type="text"
          placeholder="batch=1, time<=512"
          value={options.dims}
          onInput={({ currentTarget }) => onChange({ ...options, dims: currentTarget.value })}
        />
      </label>
    </div>
  );
}
