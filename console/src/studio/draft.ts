/** What the user is about to compose. */
import * as z from "zod/mini";
import { firstSample, type MelodySource } from "./melody-source";

const valueSchema = z.union([z.number(), z.boolean(), z.string()]);
export type Value = z.infer<typeof valueSchema>;
export type Values = Readonly<Record<string, Value>>;

const shapeSchema = z.object({
  tempo: z.optional(z.number()),
  transpose: z.optional(z.number()),
  rhythmAssist: z.optional(z.boolean()),
  startBar: z.optional(z.number()),
  bars: z.optional(z.number()),
  allTracks: z.optional(z.boolean()),
  extendedTracks: z.optional(z.array(z.number())),
});
/** How the melody is changed before a technique gets it: the API's `inputOptions`. */
export type Shape = Readonly<z.infer<typeof shapeSchema>>;

const ownSchema = z.object({
  name: z.string(),
  origin: z.enum(["upload", "recording", "edit"]),
  /** The piece and the track that were edited. */
  from: z.optional(z.object({ compositionId: z.string(), trackIndex: z.optional(z.number()) })),
  /** The MIDI file in base64. */
  file: z.string(),
  /** Of an opened file: the numbers of its tracks with notes, as the API counts them, and the place of the melody's. */
  tracks: z.optional(z.object({ numbers: z.array(z.number()), place: z.number() })),
});
/** A melody that is not saved yet. */
export type OwnMelody = Readonly<z.infer<typeof ownSchema>>;

const sourceSchema = z.union([
  z.object({ kind: z.literal("sample"), id: z.string() }),
  z.object({ kind: z.literal("track"), id: z.string() }),
  z.object({ kind: z.literal("composition"), id: z.string(), trackIndex: z.optional(z.number()) }),
  z.object({ kind: z.literal("own") }),
]);

const draftSchema = z.object({
  source: sourceSchema,
  own: z.optional(ownSchema),
  technique: z.string(),
  models: z.record(z.string(), z.string()),
  values: z.record(z.string(), z.record(z.string(), valueSchema)),
  shape: shapeSchema,
  seed: z.number(),
  isSeedLocked: z.boolean(),
  /** The name of the piece; where it is empty, the console makes one. */
  name: z.string(),
});

export interface Draft {
  readonly source: MelodySource;
  readonly own?: OwnMelody | undefined;
  /** The id of the technique. */
  readonly technique: string;
  /** The model that was chosen for a technique. */
  readonly models: Readonly<Record<string, string>>;
  /** The parameters of each technique that differ from what its description says. */
  readonly values: Readonly<Record<string, Values>>;
  readonly shape: Shape;
  readonly seed: number;
  readonly isSeedLocked: boolean;
  readonly name: string;
}

const seeds = 2 ** 31;
export const newSeed = (random: () => number = Math.random): number => Math.floor(random() * seeds);

export const firstDraft = (): Draft => ({
  source: firstSample,
  technique: "unet-gan",
  models: {},
  values: {},
  shape: {},
  seed: newSeed(),
  isSeedLocked: false,
  name: "",
});

/** Returns a stored draft, and the first one where nothing usable is stored. */
export function readDraft(text: string | null): Draft {
  if (text === null) return firstDraft();
  try {
    const parsed = draftSchema.safeParse(JSON.parse(text));
    if (!parsed.success) return firstDraft();
    // A draft of notes that are not there cannot be shown.
    return parsed.data.source.kind === "own" && parsed.data.own === undefined
      ? { ...parsed.data, source: firstSample }
      : parsed.data;
  } catch (error) {
    if (error instanceof SyntaxError) return firstDraft();
    throw error;
  }
}
