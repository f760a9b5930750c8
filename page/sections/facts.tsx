import type { ModuleData } from '../../compiler/report/document.js';
import type { ModelData } from '../../compiler/report/model/types.js';
import { countOf } from '../run/shapes.js';
import { byteSize, countText, plural } from '../text.js';

interface Props {
  readonly model: ModelData;
  readonly module: ModuleData;
}

/** `at batch 1` */
export const atText = (at: Readonly<Record<string, number>>): string => {
  const sizes = Object.entries(at).map(([name, size]) => `${name} ${size}`);
  return sizes.length === 0 ? '' : `at ${sizes.join(', ')}`;
};

/** The numbers of a model at a glance. */
export function Facts({ model, module }: Props) {
  const { total, nodes, variables, memory } = model;
  const bytes = memory.regions.reduce((sum, region) => sum + region.bytes, 0);
  const facts: readonly (readonly [name: string, value: string, more: string])[] = [
    ['layers', String(nodes.filter(({ role }) => role === 'layer').length), plural(variables.length, 'variable')],
    [
      'parameters',
      countText(countOf(total.parameters, memory.at) ?? total.parameters),
      typeof total.bytes === 'number' ? byteSize(total.bytes) : atText(memory.at),
    ],
    [
      'multiply-adds',
      countText(countOf(total.multiplyAdds, memory.at) ?? total.multiplyAdds),
      typeof total.multiplyAdds === 'number' ? '' : atText(memory.at),
    ],
    ['module', byteSize(module.binary.length), `${byteSize(module.gzip)} gzip`],
    ['memory', byteSize(bytes), atText(memory.at)],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            <span>{more}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
