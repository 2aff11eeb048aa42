/** The operations that write rows and files, each as one request: what is cut off at every one of its calls. */
import type { Reply } from "../unit/api/support/documented-api";
import { changingRequests, type ChangingRequest } from "./changing-requests";
import { apiOn, expectWhole, seeds, sweepPastGrace, type ResourceWorld } from "./resource-world";
import { everyFault, type Fault } from "./faulty-ports";

export const cutOffOperations: readonly ChangingRequest[] = changingRequests.filter(({ hasFiles }) => hasFiles);

const inWords = ({ at, moment, kind }: Fault): string => `${kind} ${moment} call ${at}`;

/**
 * Cuts the operation off at each of its calls, lets the sweeper come by, and checks that all is whole; then sends the
 * same request again.
 * @param newWorld - a user who has nothing yet
 * @returns how many ways of cutting off there were
 */
export async function cutOffEverywhere(
  operation: ChangingRequest,
  newWorld: () => Promise<ResourceWorld>,
): Promise<number> {
  const send = async (world: ResourceWorld, id: string, fault?: Fault): Promise<{ reply: Reply; calls: number }> => {
    const api = apiOn(world, fault);
    const { method, path, call = {} } = operation.asked(id);
    const reply = await api.call(method, path, { ...call, sub: world.sub });
    return { reply, calls: api.calls() };
  };

  const seed = async (world: ResourceWorld): Promise<string> =>
    operation.needs === undefined ? "" : await seeds[operation.needs](world);

  const whole = await newWorld();
  const { reply, calls } = await send(whole, await seed(whole));
  if (reply.status >= 300) throw new Error(`${operation.name} answered ${reply.status} without any fault`);
  await sweepPastGrace(whole);
  await expectWhole(whole, "without any fault");

  const faults = everyFault(calls);
  for (const fault of faults) {
    const world = await newWorld();
    const id = await seed(world);
    const cut = await send(world, id, fault);
    const when = `${operation.name}, ${inWords(fault)}, answered ${cut.reply.status}`;
    // Killed functions answer nothing; what AWS does not do is not a fault of ours, and never half an answer.
    if (fault.kind === "TIME_OUT" && cut.reply.status >= 300 && cut.reply.status !== 503) throw new Error(when);
    if (cut.reply.status === 503 && cut.reply.headers["retry-after"] === undefined) throw new Error(`${when}: when?`);
    await sweepPastGrace(world);
    await expectWhole(world, when);
    const again = await send(world, id);
    if (!operation.statuses.includes(again.reply.status)) throw new Error(`${when}: again ${again.reply.status}`);
    const rows = await world.rows();
    const keyed = operation.name.includes("idempotency");
    if (keyed && rows.length !== 1) throw new Error(`${when}: ${rows.length} tracks with one key`);
    await sweepPastGrace(world);
    await expectWhole(world, `${when}, sent again`);
  }
  return faults.length;
}
