import { changeOnTop } from "../../../console/src/api/change";
import type { Fetched } from "../../../console/src/api/fetched";
import { ProblemError } from "../../../console/src/api/problem-error";

const mismatch = new ProblemError({
  type: "about:blank",
  title: "The resource has changed since it was read",
  status: 412,
  detail: "",
  instance: "",
  code: "VERSION_MISMATCH",
  requestId: "r-1",
});
const version = (etag: string): Fetched<string> => ({ value: "piece", etag, retryAfterSeconds: undefined });

/** A resource at a version; `moves` others change it before each of the first attempts. */
function resource(moves: number) {
  let present = 1;
  let movesLeft = moves;
  const sent: (string | undefined)[] = [];
  const read = async (): Promise<Fetched<string>> => version(String(present));
  const send = async (etag: string | undefined): Promise<Fetched<string>> => {
    sent.push(etag);
    if (movesLeft > 0) {
      movesLeft -= 1;
      present += 1;
    }
    if (etag !== String(present)) throw mismatch;
    present += 1;
    return version(String(present));
  };
  return { read, send, sent };
}

test("a change names the version that the user has seen", async () => {
  const { read, send, sent } = resource(0);
  await expect(changeOnTop({ etag: "1", read, send })).resolves.toEqual(version("2"));
  expect(sent).toEqual(["1"]);
});

test("what was never read is read before it is changed", async () => {
  const { read, send, sent } = resource(0);
  await changeOnTop({ etag: undefined, read, send });
  expect(sent).toEqual(["1"]);
});

test("if someone else was quicker, the change is put on top once", async () => {
  const { read, send, sent } = resource(1);
  await expect(changeOnTop({ etag: "1", read, send })).resolves.toEqual(version("3"));
  expect(sent).toEqual(["1", "2"]);
});

test("if it changes again and again, the refusal is told", async () => {
  const { read, send, sent } = resource(5);
  await expect(changeOnTop({ etag: "1", read, send })).rejects.toBe(mismatch);
  expect(sent).toHaveLength(2);
});

test("another refusal is told at once", async () => {
  const refusal = new Error("no");
  const { read } = resource(0);
  const send = jest.fn(async (): Promise<Fetched<string>> => {
    throw refusal;
  });
  await expect(changeOnTop({ etag: "1", read, send })).rejects.toBe(refusal);
  expect(send).toHaveBeenCalledTimes(1);
});
