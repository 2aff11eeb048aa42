/** Any request at all gets a documented response, and never a 500. */
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { apiRoutes } from "../../../naming/api-routes";
import { compositionScoreKey, modelFile, modelPrefix, trackKey } from "../../../naming/object-keys";
import { composerApi } from "./support/composer-api";
import type { Call } from "./support/documented-api";
import { alice, composition, finishedOutput, model, track, trainingJob } from "./support/items";

const known = {
  trackId: "A".repeat(26),
  compositionId: "B".repeat(26),
  modelId: "C".repeat(26),
  trainingJobId: "D".repeat(26),
};

const nearlyRight = fc.oneof(
  fc.record(
    {
      name: fc.oneof(fc.string({ maxLength: 120 }), fc.jsonValue()),
      technique: fc.constantFrom<unknown>("unet-gan", "unet-gan", "nothing", 3, null),
      modelId: fc.constantFrom<unknown>("unet-gan-bach", known.modelId, "__proto__", "", {}),
      seed: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
      input: fc.oneof(
        fc.constantFrom<unknown>(
          { sampleMelodyId: "ode-to-joy" },
          { trackId: known.trackId },
          { compositionId: known.compositionId, trackIndex: 1 },
          { trackId: known.trackId, compositionId: known.compositionId },
        ),
        fc.jsonValue(),
      ),
      inputOptions: fc.oneof(
        fc.record(
          {
            startBar: fc.integer({ max: 10 }),
            bars: fc.integer({ max: 70 }),
            transpose: fc.integer({ min: -14, max: 14 }),
          },
          { requiredKeys: [] },
        ),
        fc.jsonValue(),
      ),
      parameters: fc.oneof(fc.constant({}), fc.jsonValue()),
      topics: fc.oneof(
        fc.dictionary(
          fc.constantFrom("mode", "composer", "toString", "__proto__"),
          fc.array(fc.constantFrom("minor", "major", "constructor")),
        ),
        fc.jsonValue(),
      ),
      hyperparameters: fc.oneof(
        fc.record(
          { epochs: fc.integer({ min: -1, max: 2100 }), modelSize: fc.constantFrom("small", "large", "huge") },
          { requiredKeys: [] },
        ),
        fc.jsonValue(),
      ),
      maxRuntimeSeconds: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.jsonValue()),
      resumeFrom: fc.constantFrom<unknown>(known.trainingJobId, "0".repeat(26), 1),
      programs: fc.oneof(
        fc.array(fc.record({ index: fc.integer({ min: -1, max: 4 }), program: fc.integer({ max: 130 }) })),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
);

const call: fc.Arbitrary<Call> = fc.oneof(
  nearlyRight.map((json) => ({ json })),
  fc.record({ text: fc.string(), headers: fc.constant({ "content-type": "application/json" }) }),
  fc.record({ bytes: fc.uint8Array({ maxLength: 200 }), headers: fc.constant({ "content-type": "audio/midi" }) }),
  fc.record({
    headers: fc.dictionary(
      fc.constantFrom("if-match", "if-none-match", "accept", "idempotency-key", "content-type"),
      fc.oneof(fc.string(), fc.constantFrom('"1"', "*", "application/json", "audio/midi")),
    ),
  }),
);

const part = fc.oneof(
  fc.constantFrom("0".repeat(26), "..", "%00", "__proto__", "1"),
  fc.string({ minLength: 1 }).map(encodeURIComponent),
);
const query = fc.oneof(
  fc.constantFrom(
    "",
    "?limit=3",
    "?limit=1e9",
    "?limit=&cursor=x",
    "?mode=minor",
    "?mode=%00&mode=",
    "?__proto__=1",
    "?name=%ff",
    `?origin=edit&fromComposition=${known.compositionId}&fromTrackIndex=1`,
  ),
  fc.webQueryParameters().map((text) => `?${text}`),
);

test("any request gets a documented response, and never a 500", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.entries(apiRoutes)),
      call,
      query,
      fc.boolean(),
      part,
      async (entry, details, search, real, other) => {
        const [id, { method, path }] = entry;
        if (id === "getOpenApiDocument") return;
        const api = composerApi();
        const sha256 = createHash("sha256").update(new Uint8Array(1)).digest("hex");
        api.tracks.put(track({ id: known.trackId, sha256 }));
        api.compositions.put(composition({ id: known.compositionId, state: "FAILED", output: finishedOutput }));
        api.models.put(model({ id: known.modelId }));
        for (const key of [
          trackKey({ sub: alice, id: known.trackId }),
          compositionScoreKey({ sub: alice, id: known.compositionId }),
          `${modelPrefix({ sub: alice, id: known.modelId })}${modelFile}`,
        ]) {
          api.files.objects.set(key, new Uint8Array(1));
        }
        api.trainingJobs.put(trainingJob({ id: known.trainingJobId, state: "STOPPED", resumable: true }));
        const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
          real && Object.hasOwn(known, name)
            ? (Object.entries(known).find(([key]) => key === name)?.[1] ?? other)
            : other,
        );
        // `call` itself fails when the response is not as docs/openapi.json says.
        const reply = await api.call(method, `${target}${search}`, details);
        expect(reply.status).toBeLessThan(500);
        expect(api.log.lines.filter(({ level }) => level === "error")).toEqual([]);
      },
    ),
    { numRuns: 1500 },
  );
});
