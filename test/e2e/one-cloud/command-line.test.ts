/**
 * The command line does the whole job on a local cloud, installed from its package: sign in, compose, train, watch,
 * stop, resume, and compose with what was trained.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { findSampleMelody } from "../../../domain/music/sample-melodies";
import { parseMidi, type Song } from "../../../domain/music/song";
import type { LocalUser } from "../../../local/cloud/users";
import { type Ended, installCommandLine, type InstalledCommandLine } from "../../support/installed-command-line";
import { shapes } from "../api-session";
import { randomMelody } from "../random-melody";
import { until } from "../until";
import { newUser, oneCloud } from "./support/one-cloud";

let opencomposer: InstalledCommandLine;

beforeAll(async () => {
  opencomposer = await installCommandLine();
}, 900_000);
afterAll(() => {
  opencomposer.remove();
});

/** Runs a command that succeeds. Returns what it has printed to the standard output. */
async function done(...words: string[]): Promise<string> {
  const { code, output, errors } = await opencomposer.run(words);
  if (code !== 0) throw new Error(`opencomposer ${words.join(" ")} ended with ${code}:\n${output}${errors}`);
  return output;
}
const json = async <Schema extends z.ZodType>(schema: Schema, ...words: string[]): Promise<z.infer<Schema>> =>
  schema.parse(JSON.parse(await done("--json", ...words)));

/** Signs in as a person does who has only a terminal: on the page that is told, whose last address is pasted. */
async function signInOnPage({ username, password }: LocalUser): Promise<Ended> {
  const console = new URL(oneCloud.outputs().consoleUrl).origin;
  const command = opencomposer.begin(["login", "--console", console, "--paste"]);
  const page = (): string | undefined => /http\S+\/oauth2\/authorize\S+/.exec(command.told())?.[0];
  await until("login tells its page", 60, () => page() !== undefined);
  const form = new URLSearchParams({ username, password });
  const html = await (await fetch(page() ?? "")).text();
  for (const [, name = "", value = ""] of html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
    form.set(name, value.replaceAll("&amp;", "&"));
  }
  const sent = await fetch(`${console}/login`, { method: "POST", body: form, redirect: "manual" });
  command.type(sent.headers.get("location") ?? "no address");
  return await command.ended;
}

const song = (file: string): Song => parseMidi(readFileSync(join(opencomposer.folder, file)));
const soundingTracks = ({ tracks }: Song) => tracks.filter(({ notes }) => notes.length > 0);
const odeToJoy = findSampleMelody("ode-to-joy")?.notes.map(({ pitch }) => pitch);

test("the package has the bundle, its licenses and its README, and asks for no other package", () => {
  expect(opencomposer.files).toEqual([
    "README.md",
    "dist",
    "dist/LICENSE",
    "dist/LICENSES.txt",
    "dist/NOTICE",
    "dist/opencomposer.cjs",
    "package.json",
  ]);
});

test("nobody is signed in at first, and is told how to", async () => {
  const { code, output, errors } = await opencomposer.run(["jobs"]);
  expect({ code, output }).toEqual({ code: 3, output: "" });
  expect(errors).toContain("opencomposer login");
});

test("the demo user of the local cloud is signed in by itself", async () => {
  const { apiUrl } = oneCloud.outputs();
  expect(await done("login", "--local", oneCloud.directory())).toContain(`Signed in as demo at ${apiUrl}`);
  expect(await done("whoami")).toMatch(/^User +demo$/m);
});

test("a person signs in on the page, by code and PKCE, and the address is pasted", async () => {
  const user = await newUser();
  expect(await signInOnPage(user)).toMatchObject({
    code: 0,
    output: expect.stringMatching(new RegExp(`^Signed in as ${user.username} at `)),
  });
  expect(await done("whoami")).toMatch(new RegExp(`^User +${user.username}$`, "m"));
});

test("a sample melody goes in, and a MIDI file comes out", async () => {
  expect(await done("compose", "ode-to-joy", "--seed", "1", "--output", "joy.mid")).toMatch(
    /^joy\.mid: 8 bars, 4 tracks/,
  );
  const tracks = soundingTracks(song("joy.mid"));
  expect(tracks[0]?.notes.map(({ pitch }) => pitch)).toEqual(odeToJoy);
  expect(tracks.slice(1).map(({ name }) => name)).toEqual(["Alto", "Tenor", "Bass"]);
});

test("the same seed writes the same bytes to the standard output, and nothing else", async () => {
  const { code, bytes } = await opencomposer.run(["compose", "ode-to-joy", "--seed", "1", "--output", "-"]);
  expect(code).toBe(0);
  expect(bytes).toEqual(readFileSync(join(opencomposer.folder, "joy.mid")));
});

test("a file goes in by the standard input, and the piece comes out of the standard output", async () => {
  const { midi } = randomMelody(4);
  const { code, bytes, errors } = await opencomposer.run(["compose", "-", "--technique", "ar-cnn"], { input: midi });
  expect({ code, errors }).toEqual({ code: 0, errors: expect.stringContaining("the standard output: 4 bars") });
  expect(soundingTracks(parseMidi(bytes)).length).toBeGreaterThan(1);
});

test("every broken field is told with its value and what is allowed", async () => {
  const words = ["compose", "ode-to-joy", "--tempo", "9000", "--param", "ending=maybe", "--param", "loudness=3"];
  const { code, output, errors } = await opencomposer.run(words);
  expect({ code, output }).toEqual({ code: 4, output: "" });
  expect(errors).toMatch(/\/inputOptions\/tempo .*\(given: 9000\); allowed: .*40 to 160/);
  expect(errors).toMatch(/\/parameters\/ending .*\(given: "maybe"\); allowed: true or false/);
  expect(errors).toMatch(/\/parameters\/loudness .*allowed: ending/);
});

test("a folder becomes a data set, and the same command goes on with it", async () => {
  mkdirSync(join(opencomposer.folder, "songs", "slow"), { recursive: true });
  writeFileSync(join(opencomposer.folder, "songs", "one.mid"), randomMelody(8).midi);
  writeFileSync(join(opencomposer.folder, "songs", "slow", "two.mid"), randomMelody(8).midi);
  writeFileSync(join(opencomposer.folder, "songs", "notes.txt"), "This is no music.");
  const unconfirmed = await opencomposer.run(["datasets", "push", "songs", "--license", "own-work"]);
  expect(unconfirmed.code).toBe(2);
  expect(unconfirmed.errors).toMatch(/--license-text[^]*--confirm-rights/);
  const license = ["--license", "own-work", "--license-text", "Written for this test", "--confirm-rights"];
  const pushed = z.object({
    push: z.object({ files: z.number(), sent: z.number(), known: z.number() }),
    dataset: z.object({ id: z.string(), files: z.object({ pending: z.number() }) }),
  });
  const first = await json(pushed, "datasets", "push", "songs", ...license);
  expect(first).toMatchObject({ push: { files: 2, sent: 2, known: 0 }, dataset: { files: { pending: 0 } } });
  const again = await json(pushed, "datasets", "push", "songs");
  expect(again).toMatchObject({ push: { files: 2, sent: 0 }, dataset: { id: first.dataset.id } });
}, 300_000);

const jobs = z.array(shapes.trainingJob);

test("a training begins, is watched, is stopped and resumed, and its model composes", async () => {
  const topics = ["--topic", "mode=minor", "--topic", "length=short"];
  expect(await done("train", ...topics, "--estimate")).toMatch(/^Pieces +\d+ to train on/m);
  const id = (await done("--quiet", "train", "--name", "Minor", ...topics, "-p", "epochs=200", "-p", "seed=1")).trim();
  expect(id).toMatch(/^\w{26}$/);

  const watched = await done("watch", "--until-epoch", "2");
  expect(watched).toMatch(/^epoch 1\/200 .*generatorLoss -?\d.*similarityIndex \d/m);
  expect(watched).toMatch(new RegExp(`^${id} is TRAINING after \\d+ of 200 epochs$`, "m"));
  expect(await done("metrics", "--metric", "similarityIndex")).toMatch(/^EPOCH +similarityIndex\n +1 +0\.\d+\n/);

  expect(await done("stop", "--wait")).toMatch(
    new RegExp(`^${id} is STOPPED after \\d+ of 200 epochs; its model is \\w{26}; `),
  );
  const [stopped] = await json(jobs, "jobs");
  const epoch = stopped?.progress.epoch ?? 0;
  expect(epoch).toBeGreaterThanOrEqual(2);
  expect(await done("samples", "--melody", "ode-to-joy", "--output", "samples")).toContain("1-ode-to-joy.mid");
  expect(soundingTracks(song("samples/1-ode-to-joy.mid"))[0]?.notes.map(({ pitch }) => pitch)).toEqual(odeToJoy);

  const resumed = await done("resume", id, "--name", "Minor, longer", "--param", `epochs=${epoch + 1}`, "--watch");
  expect(resumed).toMatch(new RegExp(`^epoch ${epoch + 1}/${epoch + 1} `, "m"));
  expect(resumed).toMatch(/^\w{26} is READY after \d+ of \d+ epochs; its model is \w{26}$/m);

  await done("compose", "ode-to-joy", "--model", "Minor, longer", "--seed", "1", "--output", "own.mid");
  expect(soundingTracks(song("own.mid"))).toHaveLength(4);
  expect(readFileSync(join(opencomposer.folder, "own.mid"))).not.toEqual(
    readFileSync(join(opencomposer.folder, "joy.mid")),
  );
}, 900_000);

test("doctor finds nothing that is wrong", async () => {
  expect(await done("doctor")).not.toContain("✗");
});

test("whoever signs in next sees nothing of it, and nobody is signed in after a logout", async () => {
  expect(await json(jobs, "jobs")).toHaveLength(2);
  expect(await signInOnPage(await newUser())).toMatchObject({ code: 0 });
  expect(await json(jobs, "jobs")).toEqual([]);
  expect(await done("logout")).toBe("");
  expect((await opencomposer.run(["whoami"])).code).toBe(3);
});
