import { createElement } from "react";
import { prerenderToNodeStream } from "react-dom/static";
import { latePart, renewFailedParts } from "../../../console/src/app/late-part";

/** Draws a part, and waits until it is loaded. */
async function drawn(part: ReturnType<typeof latePart>): Promise<string> {
  const { prelude } = await prerenderToNodeStream(createElement(part), { onError: () => undefined });
  const pieces: string[] = [];
  for await (const piece of prelude) pieces.push(String(piece));
  return pieces.join("");
}

describe("a part that is loaded when it is first shown", () => {
  test("is loaded anew when it could not be loaded, but only after the fault was shown", async () => {
    let loads = 0;
    const part = latePart(async () => {
      loads += 1;
      if (loads === 1) throw new TypeError("There is no connection.");
      return await Promise.resolve({ default: () => createElement("p", null, "Training") });
    });
    await expect(drawn(part)).rejects.toThrow("There is no connection.");
    await expect(drawn(part)).rejects.toThrow("There is no connection.");
    expect(loads).toBe(1);
    renewFailedParts();
    expect(await drawn(part)).toBe("<p>Training</p>");
    renewFailedParts();
    expect(await drawn(part)).toBe("<p>Training</p>");
    expect(loads).toBe(2);
  });
});
