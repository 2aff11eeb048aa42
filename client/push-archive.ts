/** Pushes one ZIP archive to a data set: it is offered by its digest, sent, and sent again where it was lost on the way. */
import type { Client } from "openapi-fetch";
import type { Problem } from "./problem.ts";
import { hasDigests, sha256Of } from "./push-files.ts";
import {
  backoffSeconds,
  type Clock,
  isPassing,
  problemOf,
  retryAfterSeconds,
  systemClock,
  withJitter,
} from "./retry.ts";
import type { components, paths } from "./schema.d.ts";

type Offer = components["schemas"]["OfferDatasetArchive"];
export type TagSource = Offer["tagsFrom"];

export type PushArchiveOutcome =
  /** The archive has arrived, and is opened in the moments after. `archive` of the data set tells how far that is. */
  | { readonly outcome: "sent"; readonly sha256: string }
  /** The same archive is being read already. */
  | { readonly outcome: "known"; readonly sha256: string }
  /** The data set does not take the archive: `reason` is a sentence for people. */
  | { readonly outcome: "rejected"; readonly sha256: string; readonly code: string; readonly reason: string }
  /** It could not be sent. Pushing it again may help. */
  | { readonly outcome: "failed"; readonly sha256: string; readonly reason: string }
  /** The API refused the offer. */
  | { readonly outcome: "refused"; readonly problem: Problem };

export interface PushArchiveParams {
  /** Where the tags of its files come from. @default "folders" */
  readonly tagsFrom?: TagSource;
  /** Ends the push: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** What sends the archive. It goes to the bucket, so it adds no token. @default the global fetch */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** A clock that tests replace. */
  readonly clock?: Clock;
}

/** The API takes no larger archive, so it is not read. */
const maxArchiveBytes = 268_435_456;
/** The time for one try, which is that of the URL. */
const putMilliseconds = 900_000;
/** How often the archive is offered and sent in all. */
const maxRounds = 4;
/** How often an offer is made that fails for a reason that passes, for example while another archive is read. */
const maxOffers = 8;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Offers an archive to a data set and sends it. It is read into memory for its digest. An archive can be pushed again at
 * any time: what the data set knows is not read twice. A page needs https or localhost, because browsers compute digests
 * only there.
 * @throws the reason of the signal, as soon as it is aborted; an Error where there are no digests
 */
export async function pushArchive(
  api: Pick<Client<paths>, "POST">,
  datasetId: string,
  archive: Blob,
  params: PushArchiveParams = {},
): Promise<PushArchiveOutcome> {
  const { tagsFrom = "folders", signal, clock = systemClock } = params;
  const send = params.fetch ?? (async (url, init) => await globalThis.fetch(url, init));
  if (!hasDigests()) throw new Error("Archives can be pushed from https and from localhost only.");
  if (archive.size > maxArchiveBytes) {
    const reason = `The archive has ${archive.size} bytes; at most ${maxArchiveBytes} are allowed.`;
    return { outcome: "rejected", sha256: "", code: "ARCHIVE_TOO_LARGE", reason };
  }
  const sleep = async (seconds: number): Promise<void> => {
    await clock.sleep(withJitter(seconds, clock), signal);
  };
  signal?.throwIfAborted();
  const sha256 = await sha256Of(new Uint8Array(await archive.arrayBuffer()));
  let offers = 0;
  for (let round = 1; ;) {
    signal?.throwIfAborted();
    offers += 1;
    const result = await api.POST("/datasets/{datasetId}/archives", {
      params: { path: { datasetId } },
      body: { bytes: archive.size, sha256, tagsFrom },
      ...(signal === undefined ? {} : { signal }),
    });
    if (result.data === undefined) {
      const problem = problemOf(result);
      if (!isPassing(problem) || offers === maxOffers) return { outcome: "refused", problem };
      await sleep(backoffSeconds(offers - 1, retryAfterSeconds(result.response, clock.now())));
      continue;
    }
    const answer = result.data;
    if (answer.kind === "rejected") return { outcome: "rejected", sha256, code: answer.code, reason: answer.reason };
    // In a later round it is one that has arrived although no response said so.
    if (answer.kind === "known") return { outcome: round === 1 ? "known" : "sent", sha256 };
    const lost = await put(send, answer, archive, signal);
    if (lost === undefined) return { outcome: "sent", sha256 };
    if (round === maxRounds) return { outcome: "failed", sha256, reason: lost };
    await sleep(backoffSeconds(round - 1));
    round += 1;
  }
}

/** Sends the archive. Returns why it did not arrive, if it did not. */
async function put(
  send: NonNullable<PushArchiveParams["fetch"]>,
  { url, headers }: components["schemas"]["ArchiveToUpload"],
  body: Blob,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const late = AbortSignal.timeout(putMilliseconds);
  try {
    const response = await send(url, {
      ...{ method: "PUT", headers, body },
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
    const text = await response.text();
    // 412 means that these bytes are there: the URL has been used, and its response was lost.
    if (response.ok || response.status === 412) return undefined;
    const said = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
    return `The store answered with the status ${response.status}${said === undefined ? "" : ` (${said})`}.`;
  } catch (error) {
    signal?.throwIfAborted();
    return `The archive could not be sent: ${messageOf(error)}`;
  }
}
