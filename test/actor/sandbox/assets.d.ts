/** An import that vite turns into a data URL, so that a test can read the bytes of a file. */
declare module "*?url&inline" {
  const url: string;
  export default url;
}
