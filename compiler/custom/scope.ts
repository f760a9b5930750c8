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

const imported = (name: string, signature: string): string =>
  `@external("${SCOPE}", "${name}") export declare function ${name}${signature};\n`;

const math = [
  '@inline export function custom_abs(x: f32): f32 { return f32.abs(x); }\n',
  '@inline export function custom_sqrt(x: f32): f32 { return f32.sqrt(x); }\n',
  ...['log', 'exp', 'sin', 'cos'].map((name) => imported(name, '(x: f32): f32')),
  imported('pow', '(x: f32, y: f32): f32'),
].join('');

const drawing = [
  `@external("${SCOPE}", "uniform") declare function custom_uniform(low: f32, high: f32): f32;\n`,
  `@external("${SCOPE}", "normal") declare function custom_normal(mean: f32, std: f32): f32;\n`,
  '@inline export function uniform(low: f32 = 0, high: f32 = 1): f32 { return custom_uniform(low, high); }\n',
  '@inline export function normal(mean: f32 = 0, std: f32 = 1): f32 { return custom_normal(mean, std); }\n',
  imported('bits', '(): u32'),
  imported('index', '(): i32'),
  imported('dim', '(axis: i32): i32'),
  imported('fanIn', '(): f32'),
  imported('fanOut', '(): f32'),
].join('');

/** Names that only initializers have. */
export const initializerNames: readonly string[] = [
  ...['uniform', 'normal', 'bits', 'index', 'dim', 'fanIn', 'fanOut'],
];

/** What stands in the scope of a source without an import, as a library file of the AssemblyScript compiler. */
export const scopeOf = (role: Role): string => (role === 'initializer' ? math + drawing : math);
