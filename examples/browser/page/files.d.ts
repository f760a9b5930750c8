/** The address of a file that Vite copies. */
declare module '*?url' {
  const url: string;
  export default url;
}
