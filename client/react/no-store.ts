/** Stands in where there is no connection yet: nothing changes. */
export const noStore = {
  subscribe: (): (() => void) => () => {},
};
