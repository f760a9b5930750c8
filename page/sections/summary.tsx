import { useState } from 'preact/hooks';
import type { ModelData } from '../../compiler/report/model/types.js';
import { countText, plural, typeText } from '../text.js';

const FIRST = 60;

/** A table of layers and the totals, as `nacre summary` prints them. */
export function Summary({ model }: { readonly model: ModelData }) {
  const { nodes, total, variables, memoryText, remarks, notes } = model;
  const rows = nodes.filter(({ role }) => role !== 'output');
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, FIRST);
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of layers">
        <table>
          <thead>
            <tr>
              <th scope="col">layer</th>
              <th scope="col">kind</th>
              <th scope="col">output</th>
              <th scope="col" class="number">
                parameters
              </th>
              <th scope="col" class="number">
                multiply-adds
              </th>
              <th scope="col">initializers</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, kind, outputs, parameters, multiplyAdds, initializers }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{kind}</td>
                <td>{outputs.map(typeText).join(', ')}</td>
                <td class="number">{countText(parameters)}</td>
                <td class="number">{countText(multiplyAdds)}</td>
                <td>{initializers.join(', ')}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                {`${plural(variables.length, 'variable')}, trainable ${countText(total.trainable)}`}
              </th>
              <td class="number">{countText(total.parameters)}</td>
              <td class="number">{countText(total.multiplyAdds)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
      {shown.length < rows.length && (
        <button type="button" onClick={() => setWhole(true)}>
          {`Show all ${plural(rows.length, 'row')}`}
        </button>
      )}
      <p>memory {memoryText}</p>
      {remarks.map((remark) => (
        <p key={remark} class="breaking">
          {remark}
        </p>
      ))}
      {notes.length > 0 && (
        <>
          <h3>Notes of the compiler</h3>
          <ul>
            {notes.map((note) => (
              <li key={note} class="breaking">
                {note}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
