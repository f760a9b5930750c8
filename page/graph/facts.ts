import { add, type Dim } from '../../compiler/dim.js';
import type { ModelData, NodeData, VariableData } from '../../compiler/report/model/types.js';
import { countText, plural, typeText } from '../text.js';
import type { Part } from './blocks.js';

/** Variables by name, and those that more than one layer uses. */
export interface Sharing {
  readonly variables: ReadonlyMap<string, VariableData>;
  readonly shared: ReadonlySet<string>;
}

const layerOf = (user: string): string => user.replace(/\.[^.]*$/, '');

export function sharingOf({ variables }: ModelData): Sharing {
  const shared = variables.filter(({ users }) => new Set(users.map(layerOf)).size > 1);
  return {
    variables: new Map(variables.map((variable) => [variable.name, variable])),
    shared: new Set(shared.map(({ name }) => name)),
  };
}

/** What a box says. */
export interface Caption {
  readonly title: string;
  readonly kind: string;
  readonly shape: string;
  readonly parameters: string;
  readonly isShared: boolean;
  readonly role: NodeData['role'] | 'block';
  /** All of it, for those who do not see the box. */
  readonly label: string;
}

const isSomething = (dim: Dim): boolean => dim !== 0;

export function captionOf(part: Part, nodes: readonly NodeData[], { shared }: Sharing): Caption {
  if (part.kind === 'block') {
    const { label, first, end } = part.block;
    const inside = nodes.slice(first, end);
    const parameters = inside.reduce<Dim>((sum, node) => add(sum, node.parameters), 0);
    const isShared = inside.some(({ slots }) => slots.some(({ variable }) => shared.has(variable)));
    const many = plural(inside.length, 'layer');
    const shape = inside.at(-1)!.outputs.map(typeText).join(' ');
    const held = isSomething(parameters) ? countText(parameters) : '';
    const spoken = held === '' ? '' : `, ${held} parameters`;
    return {
      ...{ title: label, kind: many, shape, parameters: held, isShared, role: 'block' },
      label: `block ${label}, ${many}${spoken}, closed`,
    };
  }
  const { name, kind, role, outputs, parameters, slots } = nodes[part.index]!;
  const shape = outputs.map(typeText).join(' ');
  const isShared = slots.some(({ variable }) => shared.has(variable));
  const held = isSomething(parameters) ? countText(parameters) : '';
  const spoken = [
    name,
    kind,
    `output ${shape}`,
    ...(held === '' ? [] : [`${held} parameters`]),
    ...(isShared ? ['shares variables'] : []),
  ];
  return { title: name, kind, shape, parameters: held, isShared, role, label: spoken.join(', ') };
}
