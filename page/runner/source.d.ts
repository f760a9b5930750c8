/** The text of `worker.ts` with all that it imports, as one classic script. */
declare module 'nacre-page:runner' {
  const text: string;
  export default text;
}
