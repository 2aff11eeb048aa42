/** What the doctor of the command line finds. */
import { version } from "../../../cli/package.json";
import { checkClock, checkModels, checkNode, checkQuotas, checkVersions } from "../../../cli/src/commands/doctor";
import { playApi, Surroundings, tokenFor } from "./support/command-run";

const noon = "Mon, 30 Nov 2026 12:00:00 GMT";

test.each([
  ["v20.19.0", true],
  ["v24.1.0", true],
  ["v20.18.9", false],
  ["v18.20.0", false],
])("Node %s is new enough: %s", (running, isRight) => {
  expect(checkNode(running).isRight).toBe(isRight);
});

test("a clock that is wrong is told with the difference", () => {
  expect(checkClock(noon, Date.parse(noon) + 59_000).isRight).toBe(true);
  expect(checkClock(noon, Date.parse(noon) - 61_000)).toMatchObject({
    isRight: false,
    what: expect.stringContaining("61 s"),
  });
});

test("versions, quotas and models that are not right are named", () => {
  expect(checkVersions("0.3.0", "0.2.0")).toMatchObject({ isRight: false, what: expect.stringContaining("API 0.3.0") });
  expect(checkQuotas({ tracks: 5, models: 3 }, { tracks: 5, models: 2 })).toMatchObject({
    isRight: false,
    what: "quotas: reached tracks (5)",
  });
  const techniques = [
    { id: "unet-gan", byRule: false },
    { id: "ar-cnn", byRule: false },
    { id: "arranger", byRule: true },
  ];
  const models = [
    { technique: "unet-gan", stock: true },
    { technique: "ar-cnn", stock: false },
  ];
  expect(checkModels(techniques, models)).toMatchObject({ isRight: false, what: "models: ar-cnn has none in stock" });
});

describe("the command", () => {
  let at: Surroundings;
  beforeEach(() => {
    at = new Surroundings();
  });
  afterEach(() => {
    at.remove();
  });

  test("says what to do where nobody is signed in", async () => {
    const ran = await at.run(["doctor"]);
    expect(ran).toMatchObject({ code: 1, errors: "1 of 2 checks failed.\n" });
    expect(ran.output).toMatch(/^✓ Node v.*\n✗ session\n {2}Nobody is signed in.*opencomposer login\n$/);
  });

  test("finds a token that is refused, and goes no further", async () => {
    const api = await playApi(({ path }) => {
      if (path === "/health") return { json: { status: "ok" } };
      if (path === "/openapi.json") return { json: { info: { version } } };
      if (path === "/usage") return { status: 401, json: { message: "Unauthorized" } };
      return undefined;
    });
    try {
      const ran = await at.run(["doctor", "--json"], { environment: tokenFor(api) });
      const findings = JSON.parse(ran.output) as { isRight: boolean; what: string }[];
      expect(findings.filter(({ isRight }) => !isRight).map(({ what }) => what)).toEqual([
        "the session is good: UNAUTHENTICATED, Unauthorized",
      ]);
      expect(findings).toHaveLength(5);
    } finally {
      await api.stop();
    }
  });
});
