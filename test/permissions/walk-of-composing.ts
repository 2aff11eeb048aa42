/** Uses tracks, compositions and models in every way that calls AWS in a way of its own. */
import type { RequestListener } from "node:http";
import { type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { findSampleMelody, sampleAsMelody } from "../../domain/music/sample-melodies";
import { composeScore, writeMidi } from "../../domain/music/score";
import { compositionListSchema, compositionSchema } from "../../domain/schemas/api/compositions";
import { compositionShareSchema } from "../../domain/schemas/api/shares";
import { trackSchema } from "../../domain/schemas/api/tracks";
import {
  compositionMidiKey,
  modelFile,
  modelPrefix,
  sampleFile,
  stockModelPrefix,
  stockSampleKey,
  trainingJobPrefix,
} from "../../naming/object-keys";
import { ownedKey, stockModelKey } from "../../naming/table-keys";
import { alice, model, stockModel } from "../unit/api/support/items";
import type { RecordedFunctions } from "./recorded-functions";
import { inserted } from "./stream-records";

const requestSchema = z.object({
  technique: z.string(),
  model: z.object({ sha256: z.string(), url: z.url() }),
  melody: z.object({ notes: z.array(z.unknown()) }),
});

/** What a technique responds that goes on with eight bars for one bar more. */
const goneOnWith = {
  tracks: [{ name: "Melody", program: 0, notes: [{ onset: 128, duration: 16, pitch: 67, velocity: 80 }] }],
  continuation: { firstStep: 128, bars: 9 },
};

/** Fetches the model as the container does, and leaves the melody as it is. */
const playing: RequestListener = (request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const asked = requestSchema.parse(JSON.parse(Buffer.concat(parts).toString()));
    void fetch(asked.model.url).then(() => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify({
          schemaVersion: 1,
          technique: asked.technique,
          modelSha256: asked.model.sha256,
          tracks: [{ name: "Bass", program: 32, notes: [{ onset: 0, duration: 4, pitch: 40, velocity: 80 }] }],
          metrics: { emptyBarRate: 0 },
          seconds: 0.1,
          ...(asked.technique === "ar-cnn" ? { tracks: [], editEvents: [] } : {}),
          ...(asked.technique === "transformer" ? goneOnWith : {}),
        }),
      );
    });
  });
};
const unavailable: RequestListener = (_, response) => {
  response.writeHead(503, { "content-type": "application/json" }).end("{}");
};

export async function walkThroughComposing(functions: RecordedFunctions): Promise<void> {
  const { local, artifacts, queues, compositionQueueUrl, call, invoke } = functions;
  const sub = alice;
  const statusOf = async (...request: Parameters<typeof call>): Promise<number> => (await call(...request)).status;

  // What `npm run seed` writes, and a model of the user's own.
  const own = model({ sub });
  const arCnn = stockModel({ id: "ar-cnn-bach", technique: "ar-cnn", sha256: "b".repeat(64) });
  const transformer = stockModel({ id: "transformer-bach", technique: "transformer", sha256: "c".repeat(64) });
  await local.table.write([
    { kind: "PUT", key: stockModelKey("unet-gan-bach"), row: { ...stockModel() } },
    { kind: "PUT", key: stockModelKey("ar-cnn-bach"), row: { ...arCnn } },
    { kind: "PUT", key: stockModelKey("transformer-bach"), row: { ...transformer } },
    { kind: "PUT", key: ownedKey("MODEL", sub, own.id), row: { ...own } },
  ]);
  const binary = "application/octet-stream";
  for (const key of [`${modelPrefix(own)}${modelFile}`, `${stockModelPrefix(stockModel())}${modelFile}`])
    await artifacts.write({ key, body: "model", contentType: binary });

  const melody = findSampleMelody("ode-to-joy");
  if (melody === undefined) throw new Error("there is no sample melody ode-to-joy");
  const midi = writeMidi(composeScore({ name: "Upload", melody: sampleAsMelody(melody), generated: [] }));
  const upload = async (key?: string) => {
    const headers = { "content-type": "audio/midi", ...(key === undefined ? {} : { "idempotency-key": key }) };
    return await call("POST", "/tracks?name=Joy", { sub, bytes: midi, headers });
  };
  const uploaded = await upload("one");
  expect([uploaded.status, (await upload("one")).status]).toEqual([201, 201]);
  const track = trackSchema.parse(uploaded.body);
  const spare = trackSchema.parse((await upload()).body);
  expect(await statusOf("GET", "/tracks", { sub })).toBe(200);
  expect(await statusOf("GET", `/tracks/${track.id}`, { sub })).toBe(200);
  expect(await statusOf("PATCH", `/tracks/${track.id}`, { sub, json: { name: "New" } })).toBe(200);
  expect(await statusOf("GET", `/tracks/${track.id}/midi`, { sub })).toBe(200);
  const urlOf = async (path: string): Promise<string> =>
    z.object({ url: z.url() }).parse((await call("GET", path, { sub, headers: { accept: "application/json" } })).body)
      .url;
  await fetch(await urlOf(`/tracks/${track.id}/midi`));

  const compose = async (input: object, more: object = {}) => {
    const json = { name: "Piece", technique: "unet-gan", modelId: "unet-gan-bach", input, ...more };
    const created = await call("POST", "/compositions", {
      sub,
      json,
      headers: { "idempotency-key": JSON.stringify(json) },
    });
    expect(created).toMatchObject({ status: 202 });
    return compositionSchema.parse(created.body);
  };
  const execute = async (body: string | undefined, receiptHandle: string | undefined): Promise<void> => {
    const attributes = { ApproximateFirstReceiveTimestamp: String(Date.now()), ApproximateReceiveCount: "1" };
    const record = { messageId: "1", receiptHandle: receiptHandle ?? "none", body, attributes };
    await invoke("events/execute-composition", { Records: [record] });
  };
  /**
   * Returns the composition's message of the queue. On a machine under load it may take longer than one request waits, and
   * one of an earlier composition may be there twice, because the SDK sent it again when no response came in time.
   */
  const received = async (id: string): Promise<Message> => {
    for (let tries = 1; tries <= 6; tries += 1) {
      const { Messages: [message] = [] } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl: compositionQueueUrl, WaitTimeSeconds: 10, VisibilityTimeout: 600 }),
      );
      if (message?.Body?.includes(id) === true) return message;
    }
    throw new Error("no message of the composition came within a minute");
  };
  /** Stream, queue and worker. @returns the state in which the worker left the row */
  const work = async (id: string): Promise<unknown> => {
    const row = await local.table.read(ownedKey("COMPOSITION", sub, id));
    await invoke("events/dispatch-work", { Records: [inserted(row ?? {})] });
    const message = await received(id);
    await execute(message.Body, message.ReceiptHandle);
    return (await call("GET", `/compositions/${id}`, { sub })).body;
  };

  functions.respondAsEndpoint(playing);
  const first = await compose({ sampleMelodyId: "ode-to-joy" });
  expect(await statusOf("DELETE", `/models/${own.id}`, { sub })).toBe(204);
  await local.table.write([{ kind: "PUT", key: ownedKey("MODEL", sub, own.id), row: { ...own } }]);
  await artifacts.write({ key: `${modelPrefix(own)}${modelFile}`, body: "model", contentType: binary });
  expect(await work(first.id)).toMatchObject({ state: "COMPLETED" });
  const onTrack = await compose({ trackId: track.id }, { modelId: own.id });
  expect(await statusOf("DELETE", `/tracks/${track.id}`, { sub })).toBe(409);
  expect(await statusOf("DELETE", `/models/${own.id}`, { sub })).toBe(409);
  expect(await work(onTrack.id)).toMatchObject({ state: "COMPLETED" });
  const rewritten = await compose({ compositionId: first.id }, { technique: "ar-cnn", modelId: "ar-cnn-bach" });
  expect(await work(rewritten.id)).toMatchObject({ state: "COMPLETED" });
  const longer = await compose(
    { sampleMelodyId: "ode-to-joy" },
    { technique: "transformer", modelId: "transformer-bach", parameters: { extensionBars: 1 } },
  );
  expect(await work(longer.id)).toMatchObject({ state: "COMPLETED" });

  const variations = await call("POST", "/compositions", {
    sub,
    json: { name: "Two", technique: "arranger", input: { sampleMelodyId: "ode-to-joy" }, variations: 2 },
  });
  for (const { id } of compositionListSchema.parse(variations.body).items)
    expect(await work(id)).toMatchObject({ state: "COMPLETED" });

  // A message that is delivered again, and a name that changes before there is a piece.
  await execute(JSON.stringify({ schemaVersion: 1, sub, compositionId: first.id }), undefined);
  const renamed = await compose({ sampleMelodyId: "frere-jacques" });
  expect(await statusOf("PATCH", `/compositions/${renamed.id}`, { sub, json: { name: "New" } })).toBe(200);
  expect(await work(renamed.id)).toMatchObject({ state: "COMPLETED", name: "New" });

  // An input that is lost before the worker reads it, and an endpoint that is not there yet.
  const lost = await compose({ trackId: spare.id });
  await artifacts.delete([`users/${sub}/tracks/${spare.id}.mid`]);
  expect(await work(lost.id)).toMatchObject({ state: "FAILED" });
  expect(await statusOf("GET", `/tracks/${spare.id}/midi`, { sub })).toBe(410);
  const waiting = await compose({ sampleMelodyId: "twinkle-twinkle" });
  functions.respondAsEndpoint(unavailable);
  expect(await work(waiting.id)).toMatchObject({ state: "RUNNING" });

  // Reading, changing and deleting what there is.
  expect(await statusOf("GET", "/compositions", { sub })).toBe(200);
  expect(await statusOf("GET", `/compositions/${first.id}/midi`, { sub })).toBe(200);
  await fetch(await urlOf(`/compositions/${first.id}/midi`));
  expect(await statusOf("GET", `/compositions/${first.id}/input/midi`, { sub })).toBe(200);
  await fetch(await urlOf(`/compositions/${first.id}/input/midi`));
  expect(await statusOf("GET", `/compositions/${rewritten.id}/edit-events`, { sub })).toBe(200);
  const edit = { sub, bytes: midi, headers: { "content-type": "audio/midi" } };
  const edited = trackSchema.parse((await call("POST", `/tracks?origin=edit&fromComposition=${first.id}`, edit)).body);
  for (const program of [1, 2, 3]) {
    const json = { programs: [{ index: 1, program }] };
    expect(await statusOf("PATCH", `/compositions/${first.id}`, { sub, json })).toBe(200);
  }
  const headers = { "content-type": "audio/midi", "if-match": "*" };
  // The tune alone: a correction that leaves the other voices silent.
  expect(await statusOf("PUT", `/compositions/${first.id}/midi`, { sub, bytes: midi, headers })).toBe(200);
  expect(await statusOf("GET", `/compositions/${first.id}/midi?revision=0`, { sub })).toBe(200);
  expect(await statusOf("PATCH", `/compositions/${first.id}`, { sub, json: { name: "Corrected" } })).toBe(200);
  for (const [id, rating] of [
    [first.id, "neutral"],
    [first.id, "good"],
    [onTrack.id, "good"],
  ] as const)
    expect(await statusOf("POST", `/compositions/${id}/rating`, { sub, json: { rating } })).toBe(200);
  // Shared twice, so that the second link ends the first; and shared when it is deleted.
  const share = async (id: string): Promise<string> =>
    compositionShareSchema.parse((await call("POST", `/compositions/${id}/share`, { sub, json: { days: 1 } })).body)
      .url;
  const replaced = await share(rewritten.id);
  const ofEdits = await share(rewritten.id);
  const ofCorrected = await share(first.id);
  expect(await statusOf("GET", replaced)).toBe(404);
  for (const target of [ofEdits, `${ofEdits}/midi`, `${ofEdits}/edit-events`, `${ofCorrected}/midi?revision=0`])
    expect(await statusOf("GET", target)).toBe(200);
  // A file that is lost: the composition is read again, and S3 is asked for what is not there.
  const ofLost = await share(longer.id);
  await artifacts.delete([compositionMidiKey({ sub, id: longer.id }, { revision: 1 })]);
  expect(await statusOf("GET", `${ofLost}/midi`)).toBe(410);
  expect(await statusOf("DELETE", `/compositions/${rewritten.id}/share`, { sub })).toBe(204);
  expect(await statusOf("GET", ofEdits)).toBe(404);
  expect(await statusOf("GET", "/technique-ratings", { sub })).toBe(200);
  expect(await statusOf("GET", "/usage", { sub })).toBe(200);
  expect(
    await statusOf("POST", "/compositions", {
      sub,
      json: { name: "Lost", technique: "unet-gan", modelId: "unet-gan-bach", input: { trackId: spare.id } },
    }),
  ).toBe(410);
  expect(await statusOf("DELETE", `/compositions/${first.id}`, { sub })).toBe(204);
  for (const { id } of [track, edited]) expect(await statusOf("DELETE", `/tracks/${id}`, { sub })).toBe(204);
  expect(await statusOf("PATCH", `/models/${own.id}`, { sub, json: { name: "New" } })).toBe(200);
  for (const target of ["/models", `/models/${own.id}`, "/models/unet-gan-bach"])
    expect(await statusOf("GET", target, { sub })).toBe(200);
  // The samples are those of the last epoch, so another folder is read after each.
  const samplesOfJob = trainingJobPrefix({ sub, id: own.trainingJobId });
  for (const [id, key] of [
    ["unet-gan-bach", stockSampleKey(stockModel(), "ode-to-joy")],
    [own.id, `${samplesOfJob}${sampleFile(1, "ode-to-joy")}`],
    [own.id, `${samplesOfJob}${sampleFile(2, "ode-to-joy")}`],
  ] as const) {
    await artifacts.write({ key, body: midi, contentType: "audio/midi" });
    expect(await statusOf("GET", `/models/${id}/samples`, { sub })).toBe(200);
    const sample = `/models/${id}/samples/ode-to-joy`;
    expect(await statusOf("GET", sample, { sub })).toBe(200);
    const { body } = await call("GET", sample, { sub, headers: { accept: "application/json" } });
    await fetch(z.object({ url: z.url() }).parse(body).url);
  }
  for (const target of [
    "/health",
    "/techniques",
    "/sample-melodies",
    "/sample-melodies/ode-to-joy/midi",
    "/openapi.json",
  ])
    expect(await statusOf("GET", target)).toBe(200);
}
