import type { ModelData, NodeData } from '../../compiler/report/model/types.js';
import { countText, plural, typeText } from '../text.js';
import type { Block } from './blocks.js';
import type { Sharing } from './facts.js';

interface Props {
  readonly model: ModelData;
  readonly sharing: Sharing;
  readonly index: number | undefined;
  /** The blocks that it is in, the outermost first. */
  readonly around: readonly Block[];
  readonly onReveal: (index: number) => void;
  readonly onClose: (block: Block) => void;
}

function Links({
  title,
  indices,
  nodes,
  onReveal,
}: {
  readonly title: string;
  readonly indices: readonly number[];
  readonly nodes: readonly NodeData[];
  readonly onReveal: (index: number) => void;
}) {
  if (indices.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {indices.map((index) => (
          <button type="button" class="link" key={index} onClick={() => onReveal(index)}>
            {nodes[index]!.name}
          </button>
        ))}
      </dd>
    </>
  );
}

function Parameters({ node, sharing }: { readonly node: NodeData; readonly sharing: Sharing }) {
  if (node.slots.length === 0) return null;
  return (
    <>
      <h4>Parameters</h4>
      <ul class="slots">
        {node.slots.map(({ parameter, variable }) => {
          const found = sharing.variables.get(variable);
          const others = found?.users.filter((user) => user !== `${node.name}.${parameter}`) ?? [];
          return (
            <li key={parameter}>
              <b>{parameter}</b> {found && typeText(found)} <span class="muted">{found?.initializer}</span>
              {variable !== `${node.name}.${parameter}` && <div>is the variable {variable}</div>}
              {others.length > 0 && <div class="shared-with">shared with {others.join(', ')}</div>}
            </li>
          );
        })}
      </ul>
    </>
  );
}

const distinct = (indices: readonly number[]): readonly number[] => [...new Set(indices)];

/** What is known of a node: attributes, parameters, initializers, neighbours. */
export function NodeDetails({ model, sharing, index, around, onReveal, onClose }: Props) {
  const { nodes, edges } = model;
  const node = index === undefined ? undefined : nodes[index];
  return (
    <aside class="details" aria-label="Node" aria-live="polite">
      {!node && (
        <div class="hint">
          <p>Choose a node to see its attributes, parameters and initializers.</p>
          <p class="muted">{plural(nodes.filter(({ role }) => role === 'layer').length, 'layer')} in all.</p>
        </div>
      )}
      {node && (
        <>
          {around.map((block) => (
            <button type="button" class="link crumb" key={block.id} onClick={() => onClose(block)}>
              close block {block.label}
            </button>
          ))}
          <h3>{node.name}</h3>
          <dl>
            <dt>kind</dt>
            <dd>{node.kind}</dd>
            <dt>{node.outputs.length > 1 ? 'outputs' : node.role === 'layer' ? 'output' : 'shape'}</dt>
            <dd>{node.outputs.map(typeText).join(', ')}</dd>
            {node.parameters !== 0 && (
              <>
                <dt>parameters</dt>
                <dd>{countText(node.parameters)}</dd>
              </>
            )}
            {node.multiplyAdds !== 0 && (
              <>
                <dt>multiply-adds</dt>
                <dd>{countText(node.multiplyAdds)}</dd>
              </>
            )}
            <Links
              title="reads"
              indices={distinct(edges.filter(({ to }) => to === index).map(({ from }) => from))}
              {...{ nodes, onReveal }}
            />
            <Links
              title="read by"
              indices={distinct(edges.filter(({ from }) => from === index).map(({ to }) => to))}
              {...{ nodes, onReveal }}
            />
          </dl>
          {node.attributes.length > 0 && (
            <>
              <h4>Attributes</h4>
              <dl>
                {node.attributes.map(([name, value]) => (
                  <>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </>
                ))}
              </dl>
            </>
          )}
          <Parameters node={node} sharing={sharing} />
        </>
      )}
    </aside>
  );
}
