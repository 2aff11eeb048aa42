/** How the parts of a local cloud are ended. */
import { startInBackground } from "../../../local/background-work";
import { DisposalStack } from "../../../local/disposal-stack";

const part = (dispose: () => Promise<void> | void): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => {
    await dispose();
  },
});

describe("DisposalStack", () => {
  it("ends the parts one after the other, the last first", async () => {
    const parts = new DisposalStack();
    const events: string[] = [];
    for (const name of ["cloud", "server", "gateway"]) {
      parts.use(
        part(async () => {
          events.push(`${name} ends`);
          await new Promise((resume) => setImmediate(resume));
          events.push(`${name} has ended`);
        }),
      );
    }
    await parts.disposeAll({ onFailure: fail });
    expect(events).toEqual([
      "gateway ends",
      "gateway has ended",
      "server ends",
      "server has ended",
      "cloud ends",
      "cloud has ended",
    ]);
  });

  it("tells of each failure when it happens, and ends the others", async () => {
    const parts = new DisposalStack();
    const events: string[] = [];
    parts.use(part(() => void events.push("first ended")));
    parts.use(
      part(() => {
        throw new Error("second failed");
      }),
    );
    parts.use(
      part(async () => {
        await Promise.reject(new Error("third failed"));
      }),
    );
    await parts.disposeAll({ onFailure: (problem) => events.push(String(problem)) });
    expect(events).toEqual(["Error: third failed", "Error: second failed", "first ended"]);
  });

  it("ends a part that comes while the others are being ended, and each part once", async () => {
    const parts = new DisposalStack();
    const events: string[] = [];
    parts.use(part(() => void events.push("first")));
    parts.use(
      part(() => {
        events.push("second");
        parts.use(part(() => void events.push("late")));
      }),
    );
    await parts.disposeAll({ onFailure: fail });
    await parts.disposeAll({ onFailure: fail });
    expect(events).toEqual(["second", "late", "first"]);
  });
});

describe("startInBackground", () => {
  it("says why work failed, and its disposal does not fail", async () => {
    const lines: string[] = [];
    const work = startInBackground({
      signal: new AbortController().signal,
      warn: (line) => lines.push(line),
      work: async () => {
        await Promise.reject(new Error("no space left"));
      },
    });
    expect(await work.succeeded).toBe(false);
    await work[Symbol.asyncDispose]();
    expect(lines).toEqual(["no space left"]);
  });

  it("says nothing of work that was ended, and its disposal waits for it", async () => {
    const ending = new AbortController();
    const lines: string[] = [];
    let hasEnded = false;
    const work = startInBackground({
      signal: ending.signal,
      warn: (line) => lines.push(line),
      work: async () => {
        await new Promise((resume) => {
          ending.signal.addEventListener("abort", resume);
        });
        await new Promise((resume) => setImmediate(resume));
        hasEnded = true;
        throw new Error("it was ended");
      },
    });
    ending.abort();
    await work[Symbol.asyncDispose]();
    expect({ hasEnded, lines, succeeded: await work.succeeded }).toEqual({
      hasEnded: true,
      lines: [],
      succeeded: false,
    });
  });
});

function fail(problem: unknown): never {
  throw problem;
}
