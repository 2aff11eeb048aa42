/** The typed client as somebody else gets it: packed, installed in a project of its own, compiled and run there. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { repository } from "../../tools/repository";
import { startListeningServer } from "../support/listening-server";

const modules = join(repository, "node_modules");
let folder = "";
let project = "";

/** Runs a command to its end. @throws Error with its output when it fails */
async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  // Not npm's own variables: `npm test` tells this process which package it is in.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const child = spawn(command, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  if (child.exitCode !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${child.exitCode}:\n${output}`);
  return output;
}

async function pack(packageFolder: string, ...more: string[]): Promise<string> {
  const packed = join(folder, "packed");
  const before = new Set(readdirSync(packed));
  await run(packageFolder, "npm", "pack", "--pack-destination", packed, ...more);
  const made = readdirSync(packed).find((name) => !before.has(name));
  if (made === undefined) throw new Error(`npm pack made nothing of ${packageFolder}`);
  return join(packed, made);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-client-"));
  project = join(folder, "project");
  mkdirSync(join(folder, "packed"));
  mkdirSync(join(project, "src"), { recursive: true });
  // A copy, so that nothing is made in this checkout.
  const copy = join(folder, "repository");
  mkdirSync(copy);
  for (const name of ["client", "LICENSE", "NOTICE", "tsconfig.json"]) {
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  }
  symlinkSync(modules, join(copy, "node_modules"));
  const client = await pack(join(copy, "client"));
  // What it depends on comes from this checkout, so that no registry is asked.
  const dependencies = [];
  for (const name of ["openapi-fetch", "openapi-typescript-helpers"]) {
    dependencies.push(await pack(join(modules, name), "--ignore-scripts"));
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "front-end", private: true, type: "module" }));
  await run(project, "npm", "install", "--offline", "--no-audit", "--no-fund", client, ...dependencies);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const program = `
import { compositionMidiUrl, createClient, waitForComposition, type Composition, type Problem } from "@opencomposer/client";

const [baseUrl = ""] = process.argv.slice(2);
const api = createClient({ baseUrl, accessToken: () => "token-1" });
const { data, error } = await api.POST("/compositions", {
  params: { header: { "Idempotency-Key": "key-1" } },
  body: { name: "First piece", technique: "unet-gan", modelId: "unet-gan-bach", input: { trackId: "t" } },
});
if (error !== undefined) throw new Error(error.detail);
const waited = await waitForComposition(api, data.id, { deadlineSeconds: 60 });
// @ts-expect-error A wrong call does not compile: there is no such path.
const wrong = () => api.GET("/composition");
const piece: Composition | undefined = waited.resource;
const midi = await compositionMidiUrl(api, data.id);
const url = "data" in midi ? midi.data : midi.error;
const gone = await api.GET("/models/{modelId}", { params: { path: { modelId: "none" } } });
const problem: Problem | undefined = gone.error;
console.log(JSON.stringify({ outcome: waited.outcome, state: piece?.state, url, code: problem?.code }));
`;

/** The examples of the README, one after the other, and what they take from their surroundings. */
function readmeProgram(): string {
  const readme = readFileSync(join(repository, "client", "README.md"), "utf8");
  const examples = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""]) => code);
  expect(examples.length).toBeGreaterThan(3);
  return `
    declare const outputs: Record<"awsEndpointUrl" | "userPoolClientId" | "apiUrl", string> & {
      readonly demoUser: { readonly username: string; readonly password: string };
    };
    declare const file: File;
    declare const datasetId: string;
    declare const input: { readonly files: FileList };
    declare const abort: AbortController;
    declare const roll: { readonly set: (step: number | undefined, pitch: number | undefined, isOn: boolean) => void };
    declare const player: { readonly play: (midi: Uint8Array) => void };
    ${examples.join("\n")}
    console.log(url);
  `;
}

const strictest = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: false,
  target: "es2022",
  rootDir: "src",
  outDir: "out",
  // Our own, because a fresh project has none yet.
  typeRoots: [join(modules, "@types")],
  types: ["node"],
};
const compile = async (more: object): Promise<string> => {
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...strictest, ...more } }));
  return await run(project, process.execPath, join(modules, "typescript", "bin", "tsc"));
};

test("it holds the compiled client, its types and its license, and nothing else", () => {
  const installed = join(project, "node_modules", "@opencomposer", "client");
  expect(readdirSync(installed).sort()).toEqual(["README.md", "dist", "package.json"]);
  expect(readdirSync(join(installed, "dist")).sort()).toEqual(
    ["LICENSE", "NOTICE"]
      .concat(
        ["client", "problem", "push-archive", "push-files", "retry", "wait"].flatMap((name) => [
          `${name}.d.ts`,
          `${name}.js`,
        ]),
        "schema.d.ts",
      )
      .sort(),
  );
});

test("a strict project of a bundler compiles with it, the examples of the README and the page of examples/", async () => {
  writeFileSync(join(project, "src", "main.ts"), program);
  writeFileSync(join(project, "src", "readme.ts"), readmeProgram());
  cpSync(join(repository, "examples", "compose.ts"), join(project, "src", "compose.ts"));
  try {
    await compile({ module: "esnext", moduleResolution: "bundler", lib: ["es2023", "dom", "dom.iterable"] });
  } finally {
    for (const name of ["readme.ts", "compose.ts"]) rmSync(join(project, "src", name));
  }
});

test("a strict project of Node compiles with it; it composes, waits with the ETag and tells errors apart", async () => {
  writeFileSync(join(project, "src", "main.ts"), program);
  await compile({ module: "nodenext", moduleResolution: "nodenext", lib: ["es2023"] });
  const asked: string[] = [];
  let polls = 0;
  const server = await startListeningServer((request, response) => {
    const { method = "", url = "", headers } = request;
    asked.push([method, url, headers.authorization, headers["idempotency-key"], headers["if-none-match"]].join(" "));
    request.resume();
    const respond = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json", etag: `"${polls}"`, "retry-after": "1" });
      response.end(status === 304 ? undefined : JSON.stringify(body));
    };
    if (method === "POST") respond(202, { id: "c1", state: "PENDING" });
    else if (url.endsWith("/midi"))
      respond(200, { url: "https://files/c1.mid", expiresAt: "2026-01-01T00:00:00.000Z" });
    else if (url.startsWith("/models")) respond(404, { message: "Not Found" });
    else {
      polls += 1;
      if (polls === 2) respond(304, undefined);
      else respond(200, { id: "c1", state: polls === 1 ? "RUNNING" : "COMPLETED" });
    }
  });
  try {
    const output = await run(project, process.execPath, "out/main.js", server.url);
    expect(JSON.parse(output)).toEqual({
      outcome: "final",
      state: "COMPLETED",
      url: { url: "https://files/c1.mid", expiresAt: "2026-01-01T00:00:00.000Z" },
      code: "NOT_FOUND",
    });
  } finally {
    await server.stop();
  }
  expect(asked[0]).toBe("POST /compositions Bearer token-1 key-1 ");
  expect(asked[1]).toBe("GET /compositions/c1 Bearer token-1  ");
  expect(asked[2]).toMatch(/^GET \/compositions\/c1 Bearer token-1 {2}"1"$/);
});

test("it depends on what is tested in this checkout", () => {
  const dependencies = (file: string): Readonly<Record<string, string>> =>
    z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(repository, file), "utf8"))).dependencies;
  expect(dependencies("package.json")).toMatchObject(dependencies("client/package.json"));
});
