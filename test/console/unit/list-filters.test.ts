import { readFilters } from "../../../console/src/lists/list-filters";

const allowed = { q: "any", state: ["COMPLETED", "FAILED"], sort: ["name"] } as const;
const read = (search: string) => readFilters(allowed, new URLSearchParams(search));

test("the filters of an address are read", () => {
  expect(read("q=joy&state=FAILED&sort=name")).toEqual({ q: "joy", state: "FAILED", sort: "name" });
});

test("what the list does not know is left out", () => {
  expect(read("state=GONE&sort=&other=1")).toEqual({ q: undefined, state: undefined, sort: undefined });
});

test("a search for nothing is none", () => {
  expect(read("q=%20%20").q).toBeUndefined();
});
