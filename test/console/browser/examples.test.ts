/** The page of examples/, served and opened as its README says, from an origin of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../tools/processes/free-port";
import { repository } from "../../../tools/repository";
import { tokensOf } from "../../e2e/api-session";
import { commandBlocksOf } from "../../e2e/documents/command-blocks";
import { until } from "../../e2e/until";
import { type ConsoleBrowser, describeInBrowser, launchConsoleBrowser } from "./support/console-browser";
import { consoleCloud } from "./support/suite-cloud";

const linesOf = (name: string): number =>
  readFileSync(join(repository, "examples", name), "utf8")
    .trimEnd()
    .split("\n").length;

test("the page has sixty lines at most, HTML included", () => {
  expect(linesOf("index.html") + linesOf("compose.ts")).toBeLessThanOrEqual(60);
});

/** Runs the README's second command on the suite's cloud and a free port. */
async function servePage(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const [{ text } = { text: "" }] = commandBlocksOf("examples/README.md");
  const command = text.split("\n").find((line) => line.startsWith("npx esbuild ")) ?? "";
  expect(command).toContain("=127.0.0.1:8000 ");
  expect(command).toContain(" .local/outputs.json");
  const port = await freePort();
  const here = command
    .replace("127.0.0.1:8000", `127.0.0.1:${port}`)
    .replace(".local/outputs.json", join(consoleCloud.directory(), "outputs.json"));
  const server = spawn("bash", ["-c", `exec ${here}`], {
    cwd: repository,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = once(server, "close");
  let printed = "";
  for (const stream of [server.stdout, server.stderr])
    stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const url = `http://127.0.0.1:${port}/`;
  const stop = async (): Promise<void> => {
    if (server.pid !== undefined) process.kill(-server.pid, "SIGINT");
    await ended;
  };
  await until(`the page is served`, 60, async () => {
    if (server.exitCode !== null) throw new Error(`The command has ended:\n${printed}`);
    return await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return { url, stop };
}

describeInBrowser("the page of examples/", () => {
  let browser: ConsoleBrowser;

  beforeAll(async () => {
    browser = await launchConsoleBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  test("signs in, has voices written to a sample melody, waits, and gives the piece's own file", async () => {
    const { url, stop } = await servePage();
    const opened = await browser.open({ isKnown: false });
    try {
      const { page } = opened;
      await page.goto(url);
      const { AccessToken } = await tokensOf(browser.outputs, browser.outputs.demoUser);
      await page.getByLabel("Access token").fill("no token");
      await page.getByLabel("Melody").selectOption("Ode to Joy");
      await page.getByRole("button", { name: "Compose" }).click();
      await page
        .getByRole("status")
        .getByText(/^Error: /)
        .waitFor();
      expect(opened.takeErrors().filter((error) => !error.includes("401"))).toEqual([]);

      await page.getByLabel("Access token").fill(AccessToken);
      await page.getByRole("button", { name: "Compose" }).click();
      const link = page.getByRole("status").getByRole("link", { name: "Ode to Joy" });
      await link.waitFor();
      const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
      expect(download.suggestedFilename()).toBe("Ode to Joy.mid");
      const accepted = opened.requested.find((address) => /\/compositions\/[^/]+\/midi$/.test(address));
      expect(accepted).toBeDefined();
      const piece = await fetch(accepted ?? "", {
        headers: { authorization: `Bearer ${AccessToken}`, accept: "audio/midi" },
      });
      expect(readFileSync(await download.path())).toEqual(Buffer.from(await piece.arrayBuffer()));
    } finally {
      await opened.close();
      await stop();
    }
  });
});
