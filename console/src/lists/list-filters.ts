/** The filters of a list and its order, by their names in the address and in the API's query. */
export type ListFilters = Readonly<Record<string, string | undefined>>;

/** The values that each filter can have; what anyone may type is `any`. */
export type AllowedFilters = Readonly<Record<string, readonly string[] | "any">>;

/** The filters that are chosen, each with one of its values. */
export type FiltersOf<Allowed extends AllowedFilters> = {
  readonly [Name in keyof Allowed]:
    (Allowed[Name] extends readonly (infer Value extends string)[] ? Value : string) | undefined;
};

/** Returns the filters of an address. A value that the list does not know is left out, as if nobody had chosen it. */
export function readFilters<const Allowed extends AllowedFilters>(
  allowed: Allowed,
  search: URLSearchParams,
): FiltersOf<Allowed> {
  const entries = Object.entries(allowed).map(([name, values]) => {
    const value = search.get(name) ?? "";
    const isKnown = values === "any" ? value.trim() !== "" : values.includes(value);
    return [name, isKnown ? value : undefined];
  });
  return Object.fromEntries(entries) as FiltersOf<Allowed>;
}
