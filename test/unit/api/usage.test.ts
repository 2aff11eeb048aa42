/** `GET /usage` says what a user has of each quota, and so which request will be refused. */
import fc from "fast-check";
import * as z from "zod";
import { writeMidi } from "../../../domain/music/score";
import { usageSchema } from "../../../domain/schemas/api/usage";
import { quotaAmountsSchema, type QuotaCounter, quotaCounterSchema } from "../../../domain/schemas/user-quotas";
import { doneWith } from "../../../lambdas/stores/outcome";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf, type Reply, resourceOf } from "./support/documented-api";
import { alice, bob, quotas } from "./support/items";

const usageOf = async (api: ComposerApi, sub = alice) =>
  resourceOf(await api.call("GET", "/usage", { sub }), usageSchema);
const idOf = (reply: Reply): string => z.object({ id: z.string() }).parse(reply.body).id;

const nothing = Object.fromEntries(quotaCounterSchema.options.map((counter) => [counter, 0]));
const midi = writeMidi({
  schemaVersion: 1,
  name: "A note",
  ticksPerBeat: 480,
  tempo: 90,
  bars: 1,
  tracks: [
    {
      name: "Flute",
      program: 73,
      source: "input",
      notes: [{ startTick: 0, durationTicks: 480, pitch: 60, velocity: 90 }],
    },
  ],
});

/** The requests that take something of a quota, with what each takes. */
const requests = {
  track: {
    takes: { tracks: 1, storedBytes: midi.length },
    send: async (api: ComposerApi, sub: string) =>
      await api.call("POST", "/tracks", { sub, bytes: midi, headers: { "content-type": "audio/midi" } }),
  },
  composition: {
    takes: { openCompositions: 1, compositions: 1 },
    send: async (api: ComposerApi, sub: string) =>
      await api.call("POST", "/compositions", {
        sub,
        json: { name: "A", technique: "arranger", input: { sampleMelodyId: "ode-to-joy" } },
      }),
  },
  dataset: {
    takes: { datasets: 1 },
    send: async (api: ComposerApi, sub: string) =>
      await api.call("POST", "/datasets", {
        sub,
        json: { name: "A", license: { kind: "own-work", text: "I wrote it.", confirmsRights: true } },
      }),
  },
  job: {
    takes: { openTrainingJobs: 1, trainingJobs: 1, models: 1, storedBytes: 0 },
    send: async (api: ComposerApi, sub: string) =>
      await api.call("POST", "/training-jobs", {
        sub,
        json: { name: "A", technique: "unet-gan", topics: { mode: ["minor"] }, hyperparameters: { epochs: 3 } },
      }),
  },
} as const;
type Kind = keyof typeof requests;

/** The counter that has no room for a request, by what `GET /usage` says. */
function fullFor(kind: Kind, { used, quotas: max }: z.infer<typeof usageSchema>): QuotaCounter | undefined {
  const takes = quotaAmountsSchema.parse(requests[kind].takes);
  // A request that takes no bytes yet still needs room for one.
  return quotaCounterSchema.options.find((counter) => {
    const amount = takes[counter];
    return amount !== undefined && used[counter] + Math.max(1, amount) > max[counter];
  });
}

test("a user without anything has all quotas to use, and nobody without a token learns of them", async () => {
  const api = composerApi();
  const reply = await api.call("GET", "/usage");
  expect(reply).toMatchObject({ status: 200, body: { quotas, used: nothing } });
  expect((await api.call("GET", "/usage", { claims: {} })).status).toBe(401);
  expect(problemOf(await api.call("GET", "/usage?of=bob")).errors).toMatchObject([{ pointer: "?of" }]);
});

test("one user's usage is not another's, whatever the other one has", async () => {
  const api = composerApi();
  for (const { send } of Object.values(requests)) expect((await send(api, bob)).status).toBeLessThan(300);
  expect((await usageOf(api, alice)).used).toEqual(nothing);
  expect((await usageOf(api, bob)).used).toEqual({
    ...{ openCompositions: 1, openTrainingJobs: 1, tracks: 1, compositions: 1, models: 1, trainingJobs: 1 },
    storedBytes: midi.length,
    datasets: 1,
  });
});

test("the ETag changes with the usage, and a look that finds nothing new gets 304", async () => {
  const api = composerApi();
  const { headers } = await api.call("GET", "/usage");
  const known = { headers: { "if-none-match": headers["etag"] ?? "" } };
  expect((await api.call("GET", "/usage", known)).status).toBe(304);
  await requests.track.send(api, alice);
  expect((await api.call("GET", "/usage", known)).status).toBe(200);
});

test("what ends gives back what is open, and what is deleted gives back the rest", async () => {
  const api = composerApi();
  const id = idOf(await requests.composition.send(api, alice));
  const claimed = await api.compositions.claim({ sub: alice, id }, new Date("2026-01-31T12:10:00.000Z"));
  expect(claimed).toMatchObject({ kind: "DONE" });
  const failure = { code: "X", message: "It failed.", retryable: false };
  expect(await api.compositions.fail({ sub: alice, id, attempt: 1 }, failure)).toEqual(doneWith(undefined));
  expect((await usageOf(api)).used).toMatchObject({ openCompositions: 0, compositions: 1 });
  expect((await api.call("DELETE", `/compositions/${id}`)).status).toBe(204);
  expect((await usageOf(api)).used).toEqual(nothing);
});

test("whatever is asked for in whatever order, exactly those requests are refused of which the usage says so", async () => {
  const kind = fc.constantFrom<Kind>("track", "composition", "job");
  const steps = fc.array(fc.oneof(kind, fc.record({ delete: fc.nat(4) })), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(steps, async (asked) => {
      const api = composerApi();
      const tracks: string[] = [];
      for (const step of asked) {
        const before = await usageOf(api);
        if (typeof step !== "string") {
          const [id] = tracks.splice(step.delete, 1);
          if (id !== undefined) expect((await api.call("DELETE", `/tracks/${id}`)).status).toBe(204);
          continue;
        }
        const full = fullFor(step, before);
        const reply = await requests[step].send(api, alice);
        const after = await usageOf(api);
        if (full === undefined) {
          expect(reply.status).toBeLessThan(300);
          if (step === "track") tracks.push(idOf(reply));
          const takes = quotaAmountsSchema.parse(requests[step].takes);
          for (const counter of quotaCounterSchema.options) {
            expect(after.used[counter]).toBe(before.used[counter] + (takes[counter] ?? 0));
          }
        } else {
          expect(problemOf(reply)).toMatchObject({
            code: "USER_QUOTA_REACHED",
            errors: [{ allowed: `at most ${quotas[full]}` }],
          });
          expect(after).toEqual(before);
        }
      }
    }),
    { numRuns: 40 },
  );
});
