/** The operations that write rows and files, each as one request: what is cut off at every one of its calls. */
import type { Reply } from "../unit/api/support/documented-api";
import { apiOn, expectWhole, midi, seeds, sweepPastGrace, type ResourceWorld } from "./resource-world";
import { everyFault, type Fault } from "./faulty-ports";

export interface CutOffOperation {
  readonly name: string;
  readonly seed: (world: ResourceWorld) => Promise<string>;
  readonly request: (
    id: string,
  ) => readonly [
    method: string,
    path: string,
    call: { readonly json?: unknown; readonly bytes?: Uint8Array; readonly headers?: Readonly<Record<string, string>> },
  ];
  /** Statuses of the same request, sent again after it was cut off and the sweeper has been. */
  readonly again: readonly number[];
}

const none = async (): Promise<string> => "";
const upload = { bytes: midi, headers: { "content-type": "audio/midi" } };

export const cutOffOperations: readonly CutOffOperation[] = [
  { name: "create a track", seed: none, request: () => ["POST", "/tracks", upload], again: [201] },
  {
    name: "create a track with an idempotency key",
    seed: none,
    request: () => ["POST", "/tracks", { ...upload, headers: { ...upload.headers, "idempotency-key": "k" } }],
    again: [201],
  },
  { name: "delete a track", seed: seeds.TRACK, request: (id) => ["DELETE", `/tracks/${id}`, {}], again: [204, 404] },
  {
    name: "delete a track that was seen before",
    seed: seeds.TRACK,
    request: (id) => ["DELETE", `/tracks/${id}`, { headers: { "if-match": '"1"' } }],
    again: [204, 404],
  },
  {
    name: "delete a composition",
    seed: seeds.COMPOSITION,
    request: (id) => ["DELETE", `/compositions/${id}`, { headers: { "if-match": '"1"' } }],
    again: [204, 404],
  },
  { name: "delete a model", seed: seeds.MODEL, request: (id) => ["DELETE", `/models/${id}`, {}], again: [204, 404] },
  {
    name: "delete a training job",
    seed: seeds.TRAINING_JOB,
    request: (id) => ["DELETE", `/training-jobs/${id}`, {}],
    again: [204, 404],
  },
  {
    name: "change a composition's instruments",
    seed: seeds.COMPOSITION,
    request: (id) => ["PATCH", `/compositions/${id}`, { json: { programs: [{ index: 1, program: 40 }] } }],
    again: [200],
  },
];

const inWords = ({ at, moment, kind }: Fault): string => `${kind} ${moment} call ${at}`;

/**
 * Cuts the operation off at each of its calls, lets the sweeper come by, and checks that all is whole; then sends the
 * same request again.
 * @param newWorld - a user who has nothing yet
 * @returns how many ways of cutting off there were
 */
export async function cutOffEverywhere(
  operation: CutOffOperation,
  newWorld: () => Promise<ResourceWorld>,
): Promise<number> {
  const send = async (world: ResourceWorld, id: string, fault?: Fault): Promise<{ reply: Reply; calls: number }> => {
    const api = apiOn(world, fault);
    const [method, path, call] = operation.request(id);
    const reply = await api.call(method, path, { ...call, sub: world.sub });
    return { reply, calls: api.calls() };
  };

  const whole = await newWorld();
  const { reply, calls } = await send(whole, await operation.seed(whole));
  if (reply.status >= 300) throw new Error(`${operation.name} answered ${reply.status} without any fault`);
  await sweepPastGrace(whole);
  await expectWhole(whole, "without any fault");

  const faults = everyFault(calls);
  for (const fault of faults) {
    const world = await newWorld();
    const id = await operation.seed(world);
    const cut = await send(world, id, fault);
    const when = `${operation.name}, ${inWords(fault)}, answered ${cut.reply.status}`;
    // Killed functions answer nothing; what AWS does not do is not a fault of ours, and never half an answer.
    if (fault.kind === "TIME_OUT" && cut.reply.status >= 300 && cut.reply.status !== 503) throw new Error(when);
    if (cut.reply.status === 503 && cut.reply.headers["retry-after"] === undefined) throw new Error(`${when}: when?`);
    await sweepPastGrace(world);
    await expectWhole(world, when);
    const again = await send(world, id);
    if (!operation.again.includes(again.reply.status)) throw new Error(`${when}: again ${again.reply.status}`);
    const rows = await world.rows();
    const keyed = operation.name.includes("idempotency");
    if (keyed && rows.length !== 1) throw new Error(`${when}: ${rows.length} tracks with one key`);
    await sweepPastGrace(world);
    await expectWhole(world, `${when}, sent again`);
  }
  return faults.length;
}
