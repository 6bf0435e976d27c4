/** The same where the index is made and where it is read. */
export const searchOptions = {
  fields: ["heading", "page", "text"],
  storeFields: ["heading", "page"],
  searchOptions: { boost: { heading: 4, page: 2 }, prefix: true, fuzzy: 0.15, combineWith: "AND" as const },
};
