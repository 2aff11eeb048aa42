/** The books of a running local cloud: what its rows, counters, slots and objects say of each other. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { failureSchema } from "../../domain/schemas/failure";
import { type QuotaAmounts, quotaAmountsSchema, quotaCounterSchema } from "../../domain/schemas/user-quotas";
import { quotaHeld } from "../../lambdas/stores/items";
import { localCredentials } from "../../local/cloud/ministack";
import type { Outputs } from "../../local/outputs";
import {
  compositionMidiKey,
  compositionScoreKey,
  modelCardFile,
  modelFile,
  modelPrefix,
  trackKey,
} from "../../naming/object-keys";
import { ownedKinds, slotsPartition, ticketsPartition, userPartition } from "../../naming/table-keys";
import { openPlaces } from "../support/open-places";
import { faultsOfText } from "./outcomes";

const rowSchema = z.looseObject({
  kind: z.enum(ownedKinds),
  sub: z.string(),
  id: z.string(),
  state: z.string().optional(),
  openWork: z.string().optional(),
  modelId: z.string().optional(),
  failure: failureSchema.optional(),
  midi: z.object({ revision: z.int(), token: z.string().optional() }).optional(),
  holds: quotaAmountsSchema.optional(),
  name: z.string().optional(),
  variationGroup: z.string().optional(),
});
const groupSchema = z.looseObject({ kind: z.literal("VARIATION_GROUP"), id: z.string(), open: z.int() });
const changeSchema = z.looseObject({ kind: z.literal("PENDING_CHANGE"), id: z.string(), holds: quotaAmountsSchema });
export type BookedRow = z.infer<typeof rowSchema>;

const finalStates: ReadonlySet<string | undefined> = new Set([undefined, "COMPLETED", "READY", "FAILED", "STOPPED"]);
export const isFinal = ({ state }: Pick<BookedRow, "state">): boolean => finalStates.has(state);

export interface Audit {
  readonly rows: readonly BookedRow[];
  /** Work that is not final yet, slots and tickets that are not free yet. */
  readonly open: readonly string[];
  /** What disagrees: counters with rows, objects with rows. */
  readonly wrong: readonly string[];
  /** What is wrong with the texts of failures: no time heals it. */
  readonly texts: readonly string[];
}

export interface Books {
  /**
   * @param forgotten - ids of resources that a cloud may have forgotten by going back to a snapshot. What is in S3 is not
   * part of one, so objects of theirs may be there without a row (docs/adr/0022-snapshots-of-the-local-cloud.md).
   */
  readonly audit: (subs: readonly string[], forgotten?: ReadonlySet<string>) => Promise<Audit>;
  /** The slots that are held. */
  readonly slots: () => Promise<readonly Readonly<Record<string, unknown>>[]>;
  readonly close: () => void;
}

export function openBooks(outputs: Outputs): Books {
  const { awsEndpointUrl, region, tableName, artifactsBucket, workBucket } = outputs;
  const client = { endpoint: awsEndpointUrl, region, credentials: localCredentials };
  const dynamo = new DynamoDBClient(client);
  const table = DynamoDBDocumentClient.from(dynamo);
  const s3 = new S3Client({ ...client, forcePathStyle: true });

  const partition = async (pk: string): Promise<Readonly<Record<string, unknown>>[]> => {
    const found: Record<string, unknown>[] = [];
    const query = {
      TableName: tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": pk },
      ConsistentRead: true,
    };
    for await (const { Items = [] } of paginateQuery({ client: table }, query)) found.push(...Items);
    return found;
  };
  const keysOf = async (Bucket: string, Prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix })) {
      found.push(...Contents.map(({ Key = "" }) => Key));
    }
    return found;
  };

  const auditUser = async (sub: string, forgotten: ReadonlySet<string>): Promise<Audit> => {
    // Objects first: a row that is made meanwhile has its object later, never earlier than the list.
    const artifacts = new Set(await keysOf(artifactsBucket, `users/${sub}/`));
    const work = await keysOf(workBucket, `users/${sub}/`);
    const items = await partition(userPartition(sub));
    const rows = items.flatMap((item) => {
      const parsed = rowSchema.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    });
    const changes = items.flatMap((item) => {
      const parsed = changeSchema.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    });
    const quota = items.find((item) => item["sk"] === "QUOTA") ?? {};
    const open = rows.filter((row) => !isFinal(row)).map(({ kind, id, state }) => `${kind} ${id} stays ${state ?? ""}`);
    const wrong: string[] = [];
    const check = (isWell: boolean, problem: string): void => {
      if (!isWell) wrong.push(problem);
    };
    const rowsOf = (kind: BookedRow["kind"]): BookedRow[] => rows.filter((row) => row.kind === kind);
    const counted = (counter: string): number => Number(quota[counter] ?? 0);
    const unfinished = (kind: BookedRow["kind"]): BookedRow[] => rowsOf(kind).filter((row) => !isFinal(row));
    for (const group of items.flatMap((item) => groupSchema.safeParse(item).data ?? [])) {
      const count = unfinished("COMPOSITION").filter(({ variationGroup }) => variationGroup === group.id).length;
      check(group.open === count, `the variation group ${group.id} counts ${group.open} open ones, there are ${count}`);
    }
    // A creation that was cut off holds its place until the reconciler undoes it.
    const held: readonly QuotaAmounts[] = [
      ...rows.map(quotaHeld),
      ...changes.map(({ holds }) => holds),
      {
        openCompositions: openPlaces(unfinished("COMPOSITION")),
        openTrainingJobs: unfinished("TRAINING_JOB").length,
      },
    ];
    for (const counter of quotaCounterSchema.options) {
      const count = held.reduce((sum, amounts) => sum + (amounts[counter] ?? 0), 0);
      check(counted(counter) === count, `the quota counts ${counted(counter)} ${counter}, there are ${count}`);
    }
    // What a pending change names is not forgotten: the reconciler removes it when the time of grace is over.
    const ids = new Set([...rows, ...changes].map(({ id }) => id));
    const orphans = [...artifacts, ...work].filter((key) => {
      const [, id] = /^users\/[^/]+\/[^/]+\/([0-9A-Z]{26})/.exec(key) ?? [];
      return id !== undefined && !ids.has(id) && !forgotten.has(id);
    });
    check(orphans.length === 0, `leaked: ${orphans.length} objects that nobody has, such as ${orphans[0] ?? ""}`);
    for (const row of rows) {
      const { kind, id, state, failure, openWork } = row;
      check(!isFinal(row) || openWork === undefined, `${kind} ${id} is ${state ?? ""} and still counts as open work`);
      check((failure !== undefined) === (state === "FAILED"), `${kind} ${id} is ${state ?? ""}, its failure disagrees`);
      const files = filesOf(row);
      const missing = files.filter((key) => !artifacts.has(key));
      check(missing.length === 0, `lost: ${kind} ${id} lacks ${missing.join(", ")}`);
    }
    for (const { id, modelId } of rowsOf("TRAINING_JOB")) {
      const hasFiles = artifacts.has(`${modelPrefix({ sub, id })}${modelFile}`);
      // A model may be deleted while its job stays.
      const isPending = changes.some((change) => change.id === id) || forgotten.has(id);
      check(
        modelId !== undefined || !hasFiles || isPending,
        `leaked: training job ${id} has no model, but a model's file`,
      );
    }
    const texts = rows.flatMap(({ failure }) => (failure === undefined ? [] : faultsOfText(failure)));
    return { rows, open, wrong, texts };
  };

  const slots = async (): Promise<Readonly<Record<string, unknown>>[]> =>
    (await partition(slotsPartition)).filter(({ holder }) => holder !== undefined);
  return {
    slots,
    audit: async (subs, forgotten = new Set()) => {
      const users = await Promise.all(subs.map(async (sub) => await auditUser(sub, forgotten)));
      const held = await slots();
      const tickets = await partition(ticketsPartition);
      return {
        rows: users.flatMap(({ rows }) => rows),
        open: [
          ...users.flatMap(({ open }) => open),
          ...held.map(({ sk }) => `${String(sk)} is held`),
          ...tickets.map(({ sk }) => `${String(sk)} is there`),
        ],
        wrong: users.flatMap(({ wrong }) => wrong),
        texts: [...new Set(users.flatMap(({ texts }) => texts))],
      };
    },
    close: () => {
      table.destroy();
      dynamo.destroy();
      s3.destroy();
    },
  };
}

/** The objects that a row cannot be without. */
function filesOf(row: BookedRow): readonly string[] {
  if (!isFinal(row)) return [];
  switch (row.kind) {
    case "TRACK":
      return [trackKey(row)];
    case "MODEL":
      return [modelFile, modelCardFile].map((name) => `${modelPrefix(row)}${name}`);
    case "COMPOSITION":
      return row.state === "COMPLETED"
        ? [compositionScoreKey(row), compositionMidiKey(row, row.midi ?? { revision: 0 })]
        : [];
    case "TRAINING_JOB":
    case "DATASET":
      return [];
  }
}
