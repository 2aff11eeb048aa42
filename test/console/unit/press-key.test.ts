import * as fc from "fast-check";
import { createPressKeys, leftNoAnswer } from "../../../console/src/api/press-key";
import { ProblemError } from "../../../console/src/api/problem-error";

const problem = (code: string, status: number): ProblemError =>
  new ProblemError({ type: "about:blank", title: code, status, detail: "", instance: "", code, requestId: "r-1" });

function numbered() {
  let count = 0;
  return createPressKeys(() => {
    count += 1;
    return `key-${count}`;
  });
}

test("a press that got no answer is pressed again with its key", () => {
  const keys = numbered();
  expect(keys.keyFor({ name: "Joy" })).toBe("key-1");
  keys.ended(problem("NETWORK_FAILURE", 503));
  expect(keys.keyFor({ name: "Joy" })).toBe("key-1");
});

test("another body has another key, so that no key is used for two requests", () => {
  const keys = numbered();
  keys.keyFor({ name: "Joy" });
  keys.ended(problem("NETWORK_FAILURE", 503));
  expect(keys.keyFor({ name: "Sorrow" })).toBe("key-2");
});

test("after an answer the same body makes something new", () => {
  const keys = numbered();
  keys.keyFor({ name: "Joy" });
  keys.ended();
  expect(keys.keyFor({ name: "Joy" })).toBe("key-2");
});

test("files are told apart by identity, because their content cannot be compared at once", () => {
  const keys = numbered();
  const [one, other] = [new Blob(["a"]), new Blob(["b"])];
  expect(keys.keyFor(one)).toBe("key-1");
  expect(keys.keyFor(one)).toBe("key-1");
  expect(keys.keyFor(other)).toBe("key-2");
});

test.each([
  ["NETWORK_FAILURE", 503, true],
  ["INTERNAL", 500, true],
  ["IDEMPOTENCY_KEY_IN_FLIGHT", 409, true],
  ["USER_QUOTA_REACHED", 429, false],
  ["INVALID_REQUEST", 400, false],
])("%s with status %d leaves it open whether the request was carried out: %s", (code, status, isOpen) => {
  expect(leftNoAnswer(problem(code, status))).toBe(isOpen);
});

test("two different bodies never get one key, and one body keeps its key until an answer", () => {
  const press = fc.record({ body: fc.constantFrom("a", "b", "c"), isAnswered: fc.boolean() });
  fc.assert(
    fc.property(fc.array(press), (presses) => {
      const keys = numbered();
      const bodyOf = new Map<string, string>();
      let open: { readonly body: string; readonly key: string } | undefined;
      for (const { body, isAnswered } of presses) {
        const key = keys.keyFor({ body });
        expect(bodyOf.get(key) ?? body).toBe(body);
        bodyOf.set(key, body);
        if (open?.body === body) expect(key).toBe(open.key);
        keys.ended(isAnswered ? undefined : problem("NETWORK_FAILURE", 503));
        open = isAnswered ? undefined : { body, key };
      }
    }),
  );
});

test("files inside of a body are told apart, too", () => {
  const keys = numbered();
  const [one, other] = [new Blob(["a"]), new Blob(["b"])];
  expect(keys.keyFor({ name: "Joy", file: one })).toBe("key-1");
  keys.ended(problem("NETWORK_FAILURE", 503));
  expect(keys.keyFor({ name: "Joy", file: one })).toBe("key-1");
  keys.ended(problem("NETWORK_FAILURE", 503));
  expect(keys.keyFor({ name: "Joy", file: other })).toBe("key-2");
});
