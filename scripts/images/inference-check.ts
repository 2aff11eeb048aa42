/** Runs an inference image as serverless inference does, and asks its stock models for music. */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toGrid } from "../../domain/music/melody";
import { sampleAsMelody, sampleMelodies } from "../../domain/music/sample-melodies";
import { writtenBarShape } from "../../domain/music/time-signatures";
import {
  invocationErrorSchema,
  type InvocationRequest,
  type InvocationResponse,
  invocationResponseSchema,
} from "../../domain/schemas/invocation";
import { modelCardSchema } from "../../domain/schemas/model-card";
import type { TrainedTechniqueId } from "../../naming/resource-names";
import { ContainerRun } from "./container-run";
import type { BuiltImage } from "./image-builder";

export interface InferenceCheckParams {
  readonly folder: string;
  readonly technique: TrainedTechniqueId;
  readonly image: BuiltImage;
  /** The memory of the stage's endpoint. */
  readonly memoryMegabytes: number;
}

/** A user that exists in no image: the platform chooses whom a serverless container runs as. */
const unprivilegedUid = 10_001;

/** Returns what was seen, a line for each thing. Throws an Error that names the first thing that was wrong. */
export async function checkInference({
  folder,
  technique,
  image,
  memoryMegabytes,
}: InferenceCheckParams): Promise<string[]> {
  const opt = join(folder, `${technique}-serve-ml`);
  mkdirSync(join(opt, "model"), { recursive: true });
  const started = Date.now();
  const run = new ContainerRun({
    folder,
    name: `${technique}-serve`,
    image,
    command: "serve",
    variables: {},
    uid: unprivilegedUid,
    opt: { folder: opt, writable: false },
    memoryMegabytes,
  });
  try {
    await run.until(
      "/ping was answered",
      () => run.log().includes('"event":"ready"') && run.request("/ping").status === 200,
    );
    const seen = [
      `GET /ping: 200 after ${((Date.now() - started) / 1000).toFixed(1)} s, as user ${unprivilegedUid}, read-only root`,
    ];

    const models = join(image.root, "opt/opencomposer/models");
    for (const id of readdirSync(models)) {
      const card = modelCardSchema.parse(JSON.parse(readFileSync(join(models, id, "model-card.json"), "utf8")));
      const request = stockRequest(technique, card.model);
      const [first, second] = [play(run, request), play(run, request)];
      if (JSON.stringify({ ...first, seconds: 0 }) !== JSON.stringify({ ...second, seconds: 0 })) {
        throw new Error(`${id} answered the same request in two ways.`);
      }
      const notes = first.tracks.reduce((sum, { notes: played }) => sum + played.length, 0);
      const edits = first.editEvents?.length ?? 0;
      if (notes + edits === 0) throw new Error(`${id} played nothing.`);
      seen.push(
        `POST /invocations: ${id} answered ${notes} notes, ${edits} edits, in ${first.seconds} s, twice the same`,
      );
    }

    const unknown = stockRequest(technique, { sha256: "0".repeat(64), bytes: 1 });
    const refused = run.request("/invocations", JSON.stringify(unknown));
    const problem = invocationErrorSchema.parse(JSON.parse(refused.body));
    if (refused.status !== 400) throw new Error(`A model that it has not was answered with ${refused.status}.`);
    seen.push(`POST /invocations: a model that it has not, 400 ${problem.code}`);

    run.signal("SIGTERM");
    const status = await run.exited;
    if (status !== 0) throw new Error(`It ended with ${status} after SIGTERM: ${run.log().slice(-2_000)}`);
    seen.push("SIGTERM: ended with 0");
    return seen;
  } finally {
    await run.remove();
  }
}

/** Returns a request for eight bars of a sample melody. */
function stockRequest(
  technique: TrainedTechniqueId,
  model: { readonly sha256: string; readonly bytes: number },
): InvocationRequest {
  const melody = sampleMelodies.find(({ bars }) => bars >= 8);
  if (melody === undefined) throw new Error("There is no sample melody of eight bars.");
  return {
    schemaVersion: 1,
    technique,
    model: { sha256: model.sha256, bytes: model.bytes },
    seed: 1,
    melody: {
      ...writtenBarShape(melody.timeSignature),
      bars: melody.bars,
      notes: toGrid(sampleAsMelody(melody)),
    },
    parameters: {},
  };
}

function play(run: ContainerRun, request: InvocationRequest): InvocationResponse {
  const { status, body } = run.request("/invocations", JSON.stringify(request));
  if (status !== 200) throw new Error(`POST /invocations was answered with ${status}: ${body.slice(0, 1_000)}`);
  return invocationResponseSchema.parse(JSON.parse(body));
}
