import * as fc from "fast-check";
import type { Problem } from "../../../client/client";
import { type ControlPlace, placeErrors } from "../../../console/src/api/place-errors";

const problemOf = (errors: NonNullable<Problem["errors"]>): Problem => ({
  type: "urn:opencomposer:problem:invalid-request",
  title: "The request is not valid",
  status: 400,
  detail: "Some fields are broken.",
  instance: "/compositions",
  code: "INVALID_REQUEST",
  requestId: "r-1",
  errors,
});
const error = (pointer: string, reason = "is not an allowed value") => ({ pointer, reason, allowed: "1 to 8" });

const places: readonly ControlPlace[] = [
  { control: "melody", pointers: ["/input"] },
  { control: "startBar", pointers: ["/inputOptions/startBar"] },
  { control: "maxNotesAdded", pointers: ["/parameters/maxNotesAdded"] },
  { control: "name", pointers: ["/name", "?name"] },
];

test("an error stands at the control of its pointer, or of the nearest one above it", () => {
  const placed = placeErrors(
    problemOf([error("/parameters/maxNotesAdded"), error("/input/trackId"), error("?name"), error("/modelId")]),
    places,
  );
  expect([...placed.at.keys()].sort()).toEqual(["maxNotesAdded", "melody", "name"]);
  expect(placed.at.get("maxNotesAdded")).toBe("is not an allowed value; allowed: 1 to 8");
  expect(placed.rest).toEqual(["/modelId is not an allowed value; allowed: 1 to 8"]);
});

test("the first broken control is the first in the form, not in the problem", () => {
  expect(placeErrors(problemOf([error("/name"), error("/input")]), places).first).toBe("melody");
});

test("a name that only begins like a control's is another field", () => {
  expect(placeErrors(problemOf([error("/named"), error("/inputOptions/endBar")]), places).rest).toHaveLength(2);
});

test("no problem leaves no messages", () => {
  expect(placeErrors(undefined, places)).toEqual({ at: new Map(), rest: [], first: undefined });
});

const part = fc.constantFrom("input", "inputOptions", "parameters", "name", "startBar", "trackId", "x");
const pointer = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
const anyPlaces = fc
  .uniqueArray(fc.array(pointer, { minLength: 1, maxLength: 3 }), { maxLength: 5, selector: String })
  .map((all) => all.map((pointers, index) => ({ control: `c${index}`, pointers })));
const anyErrors = fc.array(fc.tuple(pointer, fc.nat()).map(([at, number]) => error(at, `reason ${number}.`)));

test("every error is told exactly once", () => {
  fc.assert(
    fc.property(anyErrors, anyPlaces, (errors, all) => {
      const { at, rest } = placeErrors(problemOf(errors), all);
      const told = [...at.values(), ...rest].join("\n");
      const count = (text: string): number => told.split(text).length - 1;
      for (const { reason } of errors) {
        expect(count(reason)).toBe(errors.filter((other) => other.reason === reason).length);
      }
    }),
  );
});

test("an error stands over the form only if no control stands for it or for what it is part of", () => {
  fc.assert(
    fc.property(pointer, anyPlaces, (at, all) => {
      const placed = placeErrors(problemOf([error(at)]), all);
      const parts = at.split("/");
      const above = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
      const answers = all.filter(({ pointers }) => pointers.some((own) => above.includes(own)));
      expect(placed.rest).toHaveLength(answers.length === 0 ? 1 : 0);
      // Whoever stands for the pointer itself is nearer than whoever stands for a part above it.
      const exact = all.find(({ pointers }) => pointers.includes(at));
      if (exact !== undefined) expect(placed.first).toBe(exact.control);
    }),
  );
});
