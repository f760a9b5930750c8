/** A fault to plant, and the tests that must notice it. */
export interface Mutation {
  readonly fault: string;
  /** A file of build/ or of assembly/, from which the kernels are then built again. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The test file, without its endings, and a pattern of the titles of its tests, one of which must fail. */
  readonly test: string;
  readonly title: string;
}

export const kernel = (
  file: string,
  fault: string,
  find: string,
  replace: string,
  test: string,
  title: string,
): Mutation => ({
  fault,
  file: `assembly/${file}.ts`,
  find,
  replace,
  test,
  title,
});

export const built = (
  file: string,
  fault: string,
  find: string,
  replace: string,
  test: string,
  title: string,
): Mutation => ({
  fault,
  file: `build/${file}.js`,
  find,
  replace,
  test,
  title,
});
