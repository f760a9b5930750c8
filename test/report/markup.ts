/** An element of a well-formed document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
}

const NAME = String.raw`[A-Za-z_][\w:.-]*`;
const ATTRIBUTE = new RegExp(String.raw`\s+(${NAME})="([^"<]*)"`, 'y');
const OPEN = new RegExp(`<(${NAME})`, 'y');
const CLOSE = new RegExp(String.raw`</(${NAME})\s*>`, 'y');
const TEXT = /[^<]+/y;
const ENTITY = /&(?:amp|lt|gt|quot|#39|#x[\da-f]+);/gi;
const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

function decode(text: string): string {
  if (text.replaceAll(ENTITY, '').includes('&')) throw new Error(`a bare & in ${text.slice(0, 80)}`);
  // eslint-disable-next-line no-control-regex -- what XML forbids
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) throw new Error('a control character');
  return text.replaceAll(ENTITY, (entity) => entities[entity] ?? entity);
}

/**
 * Parses XML, or HTML written like it but for elements that are `empty` without saying so.
 *
 * @throws Error for what is not well-formed
 */
export function parseMarkup(source: string, empty: readonly string[] = []): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open: Element[] = [root];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match) at = pattern.lastIndex;
    return match;
  };
  while (at < source.length) {
    const parent = open.at(-1)!;
    const text = take(TEXT);
    if (text) {
      parent.children.push(parent.name === 'style' ? text[0] : decode(text[0]));
      continue;
    }
    const close = take(CLOSE);
    if (close) {
      if (close[1] !== parent.name) throw new Error(`</${close[1]}> closes <${parent.name}> at ${at}`);
      open.pop();
      continue;
    }
    const start = take(OPEN);
    if (!start) throw new Error(`unexpected ${source.slice(at, at + 40)} at ${at}`);
    const attributes: Record<string, string> = {};
    for (let match = take(ATTRIBUTE); match; match = take(ATTRIBUTE)) {
      if (Object.hasOwn(attributes, match[1]!)) throw new Error(`${match[1]} is given twice at ${at}`);
      attributes[match[1]!] = decode(match[2]!);
    }
    const end = take(/\s*(\/?)>/y);
    if (!end) throw new Error(`<${start[1]} does not end: ${source.slice(at, at + 40)}`);
    const element: Element = { name: start[1]!, attributes, children: [] };
    parent.children.push(element);
    if (end[1] === '' && !empty.includes(element.name)) open.push(element);
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)!.name}> stays open`);
  return root;
}

export const textOf = ({ children }: Element): string =>
  children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');

/** All elements of a name, in the order of the document. */
export const findAll = (element: Element, name: string): Element[] =>
  element.children.flatMap((child) =>
    typeof child === 'string' ? [] : [...(child.name === name ? [child] : []), ...findAll(child, name)],
  );

export interface Label {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The texts of a drawing that are not turned, where they stand, in a font whose characters are 0.6 of its size wide. */
export function labelsOf(element: Element, x = 0, y = 0): Label[] {
  return element.children.flatMap((child) => {
    if (typeof child === 'string') return [];
    const { transform = '', 'font-size': size = '0', 'text-anchor': anchor = 'start' } = child.attributes;
    if (transform.includes('rotate')) return [];
    const [, dx = '0', dy = '0'] = /^translate\(([^,]*),([^)]*)\)$/.exec(transform) ?? [];
    const [here, baseline] = [x + Number(dx), y + Number(dy)];
    if (child.name !== 'text') return labelsOf(child, here, baseline);
    const text = textOf(child);
    if (child.attributes['opacity'] === '0') return [];
    const height = parseFloat(size);
    const width = text.length * height * 0.6;
    const left = here - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
    return [{ text, left, right: left + width, top: baseline - 0.8 * height, bottom: baseline + 0.2 * height }];
  });
}

const meet = (a: Label, b: Label): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Pairs of texts that lie on one another. */
export const overlaps = (labels: readonly Label[]): string[] =>
  labels.flatMap((label, index) =>
    labels
      .slice(index + 1)
      .filter((other) => meet(label, other))
      .map((other) => `${label.text} | ${other.text}`),
  );
