/** What a source is for: initializing variables, or a layer. */
export type Role = 'initializer' | 'elementwise';

export interface CustomSource {
  readonly name: string;
  /** In the order of the parameters they become. */
  readonly options: Readonly<Record<string, number>>;
  /** AssemblyScript. */
  readonly source: string;
  readonly role: Role;
  /** JSON pointer to the entry, for issues. */
  readonly pointer?: string;
}

/** The module that names in scope are imported from. */
export const SCOPE = 'custom';

/** Names of AssemblyScript that mean an f32 function here, and what they are called below. */
export const aliases: Readonly<Record<string, string>> = { abs: 'custom_abs', sqrt: 'custom_sqrt' };

/** A function in scope: the types of its parameters and of its result. */
type Signature = readonly [params: readonly string[], result: string];

const mathematics: Readonly<Record<string, Signature>> = {
  log: [['f32'], 'f32'],
  exp: [['f32'], 'f32'],
  sin: [['f32'], 'f32'],
  cos: [['f32'], 'f32'],
  pow: [['f32', 'f32'], 'f32'],
};

const drawing: Readonly<Record<string, Signature>> = {
  uniform: [['f32', 'f32'], 'f32'],
  normal: [['f32', 'f32'], 'f32'],
  bits: [[], 'u32'],
  index: [[], 'i32'],
  dim: [['i32'], 'i32'],
  fanIn: [[], 'f32'],
  fanOut: [[], 'f32'],
};

/** The functions of a role that are imported, by name. */
export const importsOf = (role: Role): Readonly<Record<string, Signature>> =>
  role === 'initializer' ? { ...mathematics, ...drawing } : mathematics;

/** Names that only initializers have. */
export const initializerNames: readonly string[] = Object.keys(drawing);

/** Parameters that may be left out, and what they are then. */
const defaults: Readonly<Record<string, readonly number[]>> = { uniform: [0, 1], normal: [0, 1] };

function declaration(name: string, [params, result]: Signature): string {
  const list = (values?: readonly number[]): string =>
    params.map((type, i) => `p${i}: ${type}${values ? ` = ${values[i]!}` : ''}`).join(', ');
  const external = (as: string): string =>
    `@external("${SCOPE}", "${name}") declare function ${as}(${list()}): ${result};\n`;
  const values = defaults[name];
  if (!values) return external(name).replace('declare', 'export declare');
  const call = `custom_${name}(${params.map((_, i) => `p${i}`).join(', ')})`;
  return `${external(`custom_${name}`)}@inline export function ${name}(${list(values)}): ${result} { return ${call}; }\n`;
}

const native = ['abs', 'sqrt']
  .map((name) => `@inline export function custom_${name}(x: f32): f32 { return f32.${name}(x); }\n`)
  .join('');

/** What stands in the scope of a source without an import, as a library file of the AssemblyScript compiler. */
export const scopeOf = (role: Role): string =>
  native +
  Object.entries(importsOf(role))
    .map(([name, signature]) => declaration(name, signature))
    .join('');
