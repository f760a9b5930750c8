/** The layer that a variable is shown with: that of its first slot. */
const layerOf = (users: readonly string[], name: string): string => (users[0] ?? name).replace(/\.[^.]*$/, '');

/**
 * Cells of a grid with two columns, row by row: a layer starts a row, so that weights stand on the left and biases on
 * the right; layers with one variable each share rows. Undefined cells stay empty.
 */
export function arrange<V extends { readonly name: string; readonly users: readonly string[] }>(
  variables: readonly V[],
): (V | undefined)[] {
  const groups: { readonly layer: string; readonly members: V[] }[] = [];
  for (const variable of variables) {
    const layer = layerOf(variable.users, variable.name);
    const last = groups.at(-1);
    if (last?.layer === layer) last.members.push(variable);
    else groups.push({ layer, members: [variable] });
  }
  const cells: (V | undefined)[] = [];
  groups.forEach(({ members }, index) => {
    const isSingle = members.length === 1 && groups[index - 1]?.members.length === 1;
    if (cells.length % 2 === 1 && !isSingle) cells.push(undefined);
    cells.push(...members);
  });
  return cells;
}
