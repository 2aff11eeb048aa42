import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

const modelsSchema = z.object({
  items: z.array(z.object({ id: z.string(), technique: z.string(), stock: z.boolean() })),
});
const createdSchema = z.object({ id: z.string() });
const compositionSchema = z.object({
  state: z.string(),
  failure: z.object({ message: z.string() }).optional(),
  output: z
    .object({ bars: z.number(), tracks: z.array(z.object({ name: z.string(), source: z.string() })) })
    .optional(),
});

const melody = "twinkle-twinkle";

/**
 * Composes with the first sample melody and a stock model, through the HTTP API as any client would, and writes the
 * MIDI file.
 * @returns the file's path
 * @throws Error with the composition's failure, or the reason why the API refused the request
 */
export async function composeTwinkle(params: {
  readonly apiUrl: string;
  readonly accessToken: string;
  readonly technique: string;
  readonly folder: string;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}): Promise<string> {
  const { apiUrl, accessToken, technique, folder, report, signal } = params;
  const call = async (method: string, path: string, accept: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
    });
    if (!response.ok)
      throw new Error(
        `${method} ${path} responded with ${response.status}: ${(await response.text()).slice(0, 1_000)}`,
      );
    return response;
  };
  const json = "application/json";

  const models = modelsSchema.parse(await (await call("GET", "/models", json)).json()).items;
  const model = models.find((one) => one.stock && one.technique === technique);
  if (model === undefined) throw new Error(`The API lists no stock model of ${technique}.`);
  const created = createdSchema.parse(
    await (
      await call("POST", "/compositions", json, {
        name: "Twinkle, Twinkle",
        technique,
        modelId: model.id,
        seed: 1,
        input: { sampleMelodyId: melody },
      })
    ).json(),
  );
  const deadline = Date.now() + 120_000;
  let said = "";
  for (;;) {
    const composition = compositionSchema.parse(await (await call("GET", `/compositions/${created.id}`, json)).json());
    if (composition.state !== said) {
      said = composition.state;
      report(`composition ${created.id}: ${said}`);
    }
    if (composition.state === "FAILED") {
      throw new Error(`The composition failed: ${composition.failure?.message ?? "without a reason"}`);
    }
    if (composition.state === "COMPLETED") {
      const { output } = composition;
      if (output !== undefined) report(`${output.bars} bars: ${output.tracks.map(({ name }) => name).join(", ")}`);
      break;
    }
    if (Date.now() > deadline) throw new Error(`The composition is still ${composition.state} after 120 s.`);
    await sleep(100, undefined, { signal });
  }
  const midi = Buffer.from(await (await call("GET", `/compositions/${created.id}/midi`, "audio/midi")).arrayBuffer());
  if (midi.subarray(0, 4).toString("latin1") !== "MThd") throw new Error("The API's MIDI file does not begin as one.");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${melody}-${created.id}.mid`);
  writeFileSync(file, midi);
  return file;
}
