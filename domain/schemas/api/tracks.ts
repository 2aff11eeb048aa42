import * as z from "zod";
import { techniqueIds } from "../../../naming/resource-names";
import { pieceTimeSignatures } from "../../music/time-signatures";
import { type TrackOriginKind, trackOriginKinds } from "../track-origin";
import { idSchema, instantSchema, nameSchema, numberTextSchema, pageOf } from "./shared";

const originDescription =
  "Where the file comes from: `upload` is a file that you had, `recording` was played or sung into a client, `edit` was changed by hand in a client.";
const originSchema = z
  .enum(trackOriginKinds)
  .optional()
  .meta({
    description: `${originDescription} Without it, it is an upload.`,
    default: "upload" satisfies TrackOriginKind,
  });
const fromCompositionSchema = idSchema.optional().meta({
  description: "The composition that was edited, one of your COMPLETED ones. It needs `origin=edit`.",
});
/** The highest index that a track of a composition can have (docs/midi-files.md). */
const maxTrackIndex = 63;
const fromTrackIndexDescription =
  "The track of that composition that was edited. Without it, it is the whole piece. It needs `fromComposition`.";

export const createTrackQuerySchema = z.strictObject({
  name: nameSchema.optional(),
  trackIndex: numberTextSchema(0, 65_535)
    .optional()
    .meta({
      description: [
        "The track of the file that is the melody. Without it the track with the most points is chosen, the first of equals. It gets",
        "40 for a name such as Melody, Vocals, Lead or Soprano, -30 for one such as Bass or Chords;",
        "up to 30 for one note at a time; 15 for a middle pitch from G3 to E6, -15 for one below C3;",
        "10 for five or more different pitches, -40 for one or two; -20 or -30 for few notes beside the other tracks;",
        "-2 for each track before it. Drums (channel 10, names such as Drums, percussion instruments) and click tracks are never",
        "chosen, but can be asked for. `changes` says what was chosen, and why, where it is not the first track with notes.",
      ].join(" "),
    }),
  origin: originSchema,
  fromComposition: fromCompositionSchema,
  fromTrackIndex: numberTextSchema(0, maxTrackIndex).optional().meta({ description: fromTrackIndexDescription }),
});

/** The form of an upload, as the OpenAPI document describes it; the file's field may have any name. */
export const uploadFormSchema = z
  .strictObject({
    file: z.string().meta({
      contentMediaType: "application/octet-stream",
      description: "The MIDI file. Exactly one part of the form is a file.",
    }),
    name: nameSchema.optional(),
    trackIndex: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .meta({ description: "The same as `trackIndex` in the query. An empty field counts as not given." }),
    origin: originSchema,
    fromComposition: fromCompositionSchema,
    fromTrackIndex: z.int().min(0).max(maxTrackIndex).optional().meta({ description: fromTrackIndexDescription }),
  })
  .meta({ id: "UploadForm" });

export const updateTrackSchema = z.strictObject({ name: nameSchema }).meta({ id: "UpdateTrack" });

export const trackSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    bars: z.int().meta({
      description:
        "The number of bars that the chosen track has, counted by the time signatures from the beginning of the file. A note that ends less than a sixteenth after a bar line is taken to end on it.",
    }),
    firstBarWithNotes: z.int().meta({ description: "The bar, from 1, in which the first note begins." }),
    otherTimeSignatures: z.array(z.object({ firstBar: z.int(), lastBar: z.int(), timeSignature: z.string() })).meta({
      description: "The bars that do not have four quarter notes. `usableBars` says who takes which of them.",
    }),
    usableBars: z
      .array(
        z.object({
          firstBar: z.int(),
          lastBar: z.int(),
          timeSignature: z.enum(pieceTimeSignatures),
          techniques: z.array(z.enum(techniqueIds)),
        }),
      )
      .meta({
        description:
          "The bars that can be composed with, from the first in which a note begins, and the techniques that take them. `startBar` and `bars` of a composition " +
          "choose at most 64 bars inside one of these ranges. 2/2 and others whose bars have four quarter notes are 4/4 here.",
      }),
    tempo: z.number(),
    timeSignature: z.string().meta({ example: "4/4" }),
    noteCount: z.int(),
    lowestPitch: z.int(),
    highestPitch: z.int(),
    trackIndex: z.int(),
    tracks: z
      .array(z.object({ index: z.int(), name: z.string(), program: z.int(), noteCount: z.int() }))
      .meta({ description: "The file's tracks that have notes." }),
    changes: z
      .array(z.string())
      .meta({ description: "Sentences for people that say what was altered or ignored when the file was read." }),
    origin: z
      .object({
        kind: z.enum(trackOriginKinds),
        compositionId: idSchema.optional().meta({
          description: "The composition that was edited. It may have been deleted since.",
        }),
        trackIndex: z.int().optional().meta({ description: "The track of it that was edited." }),
      })
      .meta({ description: `${originDescription} A client says it when it sends the file.` }),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: "Track" });
export type TrackResource = z.infer<typeof trackSchema>;
export const trackListSchema = pageOf(trackSchema, "TrackList");
