/** The operations that write rows and files, each as one request: what is cut off at every one of its calls. */
import type { Reply } from "../unit/api/support/documented-api";
import { type ChangingRequest, changingRequests } from "./changing-requests";
import { everyFault, type Fault } from "./faulty-ports";
import { apiOn, expectWhole, reconcilePastGrace, type ResourceHarness, seeds } from "./resource-harness";

export const cutOffOperations: readonly ChangingRequest[] = changingRequests.filter(({ hasFiles }) => hasFiles);

const inWords = ({ at, moment, kind }: Fault): string => `${kind} ${moment} call ${at}`;

/**
 * Cuts the operation off at each of its calls, lets the reconciler come by, and checks that all is whole; then sends
 * the same request again.
 * @param newHarness - a user who has nothing yet
 * @returns how many ways of cutting off there were
 */
export async function cutOffEverywhere(
  operation: ChangingRequest,
  newHarness: () => Promise<ResourceHarness>,
): Promise<number> {
  const send = async (
    harness: ResourceHarness,
    id: string,
    fault?: Fault,
  ): Promise<{ reply: Reply; calls: number }> => {
    const api = apiOn(harness, fault);
    const { method, path, call = {} } = operation.asked(id);
    const reply = await api.call(method, path, { ...call, sub: harness.sub });
    return { reply, calls: api.calls() };
  };

  const seed = async (harness: ResourceHarness): Promise<string> =>
    operation.needs === undefined ? "" : await seeds[operation.needs](harness);

  const whole = await newHarness();
  const { reply, calls } = await send(whole, await seed(whole));
  if (reply.status >= 300) throw new Error(`${operation.name} responded with ${reply.status} without any fault`);
  await reconcilePastGrace(whole);
  await expectWhole(whole, "without any fault");

  const faults = everyFault(calls);
  for (const fault of faults) {
    const harness = await newHarness();
    const id = await seed(harness);
    const cut = await send(harness, id, fault);
    const when = `${operation.name}, ${inWords(fault)}, responded with ${cut.reply.status}`;
    // Killed functions answer nothing; what AWS does not do is not a fault of ours, and never half a response.
    if (fault.kind === "TIME_OUT" && cut.reply.status >= 300 && cut.reply.status !== 503) throw new Error(when);
    if (cut.reply.status === 503 && cut.reply.headers["retry-after"] === undefined) throw new Error(`${when}: when?`);
    await reconcilePastGrace(harness);
    await expectWhole(harness, when);
    const again = await send(harness, id);
    if (!operation.statuses.includes(again.reply.status)) throw new Error(`${when}: again ${again.reply.status}`);
    const rows = await harness.rows();
    const keyed = operation.name.includes("idempotency");
    if (keyed && rows.length !== 1) throw new Error(`${when}: ${rows.length} tracks with one key`);
    await reconcilePastGrace(harness);
    await expectWhole(harness, `${when}, sent again`);
  }
  return faults.length;
}
