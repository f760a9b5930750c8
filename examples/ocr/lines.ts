/** Lines of different widths. */
export const lines = [
  'nacre',
  'Hello, world!',
  'one module, no imports',
  'e = 2.71828, pi = 3.14159',
  'The quick brown fox jumps over the lazy dog.',
] as const;
