/** The store of compositions. Requests create and change them; a worker claims them by a lease and ends them once. */
import * as z from "zod";
import { compositionOutputSchema, phraseEndsSchema } from "../../domain/schemas/composition-parts";
import { type Failure, failureSchema } from "../../domain/schemas/failure";
import { ulidSchema } from "../../domain/schemas/ids";
import type { OwnedBy } from "../../naming/object-keys";
import { ownedKey, shareKey } from "../../naming/table-keys";
import { absent, allOf, anyOf, equals, lessThan } from "./conditions";
import { type CompositionItem, compositionItemSchema, midiFileSchema } from "./items";
import { createOpenRows, openRowAttributes, type OpenRows } from "./open-rows";
import type { Outcome, QuotaReached, ReferenceGone, Repeated, Stale } from "./outcome";
import {
  createOwnedRows,
  type CreationParams,
  newRow,
  nextVersion,
  type OwnedRows,
  partsOfCreation,
} from "./owned-rows";
import type { Table, Write } from "./table";
import { changeRow, transact, writeRow } from "./transaction";
import { endInQuota, newGroup, type Variation } from "./variation-groups";

/** The right of one worker to work on a composition. */
export interface Claim extends OwnedBy {
  readonly attempt: number;
}

export interface CompositionResult {
  readonly output: NonNullable<CompositionItem["output"]>;
  readonly midi: NonNullable<CompositionItem["midi"]>;
  readonly inputMidi: NonNullable<CompositionItem["inputMidi"]>;
  /** Where the tune's phrases end, in sixteenths. */
  readonly phraseEnds?: readonly number[] | undefined;
  /** The bars in which the notes of each track begin. */
  readonly barsWithNotes: readonly string[];
  /** The lowest and the highest pitch of each track; null for one without notes. */
  readonly pitchSpans: NonNullable<CompositionItem["pitchSpans"]>;
}

export interface CreateVariationsParams extends Omit<CreationParams, "sub"> {
  readonly items: readonly [Variation, ...Variation[]];
}

export interface Compositions extends OwnedRows<CompositionItem>, OpenRows<CompositionItem, "FAILED"> {
  /**
   * Writes the variations of one request, the place that they share in the quota, and the rest of what `create` writes;
   * either everything is written or nothing.
   */
  createVariations(
    params: CreateVariationsParams,
  ): Promise<Outcome<undefined, Repeated | QuotaReached | ReferenceGone | Stale>>;
  /**
   * Takes a composition that is PENDING, or RUNNING with a lease that has run out. The value is the row with its new
   * attempt; stale when another worker has the composition, or it is final.
   */
  claim(owned: OwnedBy, runningUntil: Date): Promise<Outcome<CompositionItem, Stale>>;
  /** Lengthens the lease; stale when another worker has taken over, or the composition is final. */
  renew(claim: Claim, runningUntil: Date): Promise<Outcome<undefined, Stale>>;
  /** Gives the lease up without ending the work: the next delivery may take the composition at once. */
  release(claim: Claim): Promise<Outcome<undefined, Stale>>;
  /** Writes the result and ends the work. Stale when another worker has taken over, or the composition is final. */
  complete(claim: Claim, result: CompositionResult): Promise<Outcome<undefined, Stale>>;
  /** Writes the failure and ends the work. Stale when another worker has taken over, or the composition is final. */
  fail(claim: Claim, failure: Failure): Promise<Outcome<undefined, Stale>>;
  /** Fails a composition that nobody works on; stale when somebody does, or it is final. */
  abandon(owned: OwnedBy, failure: Failure): Promise<Outcome<undefined, Stale>>;
}

const resultSchema = z.strictObject({
  output: compositionOutputSchema,
  midi: midiFileSchema,
  inputMidi: compositionItemSchema.shape.inputMidi.unwrap(),
  phraseEnds: phraseEndsSchema.optional(),
  barsWithNotes: compositionItemSchema.shape.barsWithNotes.unwrap(),
  pitchSpans: compositionItemSchema.shape.pitchSpans.unwrap(),
});

const keyOf = ({ sub, id }: OwnedBy) => ownedKey("COMPOSITION", sub, id);

const isClaimed = ({ attempt }: Claim) => allOf(equals("attempt", attempt), equals("state", "RUNNING"));

/** The condition that no worker has the composition: it has not begun, or the lease of its worker has run out. */
const isUnclaimed = (now: Date) =>
  anyOf(
    equals("state", "PENDING"),
    allOf(equals("state", "RUNNING"), anyOf(absent("runningUntil"), lessThan("runningUntil", now.toISOString()))),
  );

export function createCompositions({ table, now }: { readonly table: Table; readonly now: () => Date }): Compositions {
  const kind = { table, kind: "COMPOSITION", schema: compositionItemSchema, now } as const;
  const open = createOpenRows<typeof compositionItemSchema, "FAILED">(kind);

  const commitEnd = async (owned: OwnedBy, end: Write): Promise<Outcome<undefined, Stale>> => {
    // It is read alone, because a row is also ended whose other attributes cannot be read. It never changes.
    const { variationGroup } = await open.readOnly(owned, ["variationGroup"]);
    const group = ulidSchema.safeParse(variationGroup).data;
    return await endInQuota({ table, sub: owned.sub, group, end, now: now() });
  };

  const end = async (
    owned: OwnedBy,
    set: Readonly<Record<string, unknown>>,
    condition: ReturnType<typeof isClaimed>,
  ): Promise<Outcome<undefined, Stale>> => {
    const instant = now();
    return await commitEnd(owned, {
      kind: "UPDATE",
      key: keyOf(owned),
      changes: {
        ...nextVersion(instant, { ...set, finishedAt: instant.toISOString() }),
        remove: [...openRowAttributes, "runningUntil"],
      },
      condition,
    });
  };

  return {
    ...createOwnedRows({
      ...kind,
      deletedWith: ({ share }) => (share === undefined ? [] : [shareKey(share.tokenSha256)]),
    }),
    ...open.rows,

    endUnread: async (owned, end) =>
      await open.endOpenRow(owned, {
        ...end,
        state: "FAILED",
        set: { finishedAt: now().toISOString() },
        commit: async (write) => await commitEnd(owned, write),
      }),

    createVariations: async ({ items, ...request }) => {
      const [{ sub }] = items;
      return await transact<Repeated | QuotaReached | ReferenceGone | Stale>(table, [
        ...partsOfCreation({ table, now }, { sub, ...request }),
        { write: newGroup(items) },
        ...items.map((item) => ({ write: newRow(compositionItemSchema, keyOf(item), item) })),
      ]);
    },

    async claim(owned, runningUntil) {
      const instant = now();
      const { set, add } = nextVersion(instant, { state: "RUNNING", runningUntil: runningUntil.toISOString() });
      const changes = { set, setOnce: { startedAt: instant.toISOString() }, add: { ...add, attempt: 1 } };
      return await changeRow(table, compositionItemSchema, {
        key: keyOf(owned),
        changes,
        condition: isUnclaimed(instant),
      });
    },

    async renew(claim, runningUntil) {
      // The row's version stays as it is, because whoever polls the row would see nothing new.
      const changes = { set: { runningUntil: runningUntil.toISOString() } };
      return await writeRow(table, { kind: "UPDATE", key: keyOf(claim), changes, condition: isClaimed(claim) });
    },

    async release(claim) {
      const changes = { ...nextVersion(now()), remove: ["runningUntil"] };
      return await writeRow(table, { kind: "UPDATE", key: keyOf(claim), changes, condition: isClaimed(claim) });
    },

    complete: async (claim, result) =>
      await end(claim, { state: "COMPLETED", ...resultSchema.parse(result) }, isClaimed(claim)),

    fail: async (claim, failure) =>
      await end(claim, { state: "FAILED", failure: failureSchema.parse(failure) }, isClaimed(claim)),

    abandon: async (owned, failure) =>
      await end(owned, { state: "FAILED", failure: failureSchema.parse(failure) }, isUnclaimed(now())),
  };
}
