import * as z from "zod";
import type { TrackItem } from "../items";
import { idSchema, instantSchema, nameSchema, pageOf } from "./shared";

export const createTrackQuerySchema = z.strictObject({
  name: nameSchema.optional(),
  trackIndex: z.coerce
    .number<string | undefined>()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .meta({ description: "Which track of the file is the melody; the first one with notes when not given." }),
});

/** The form of an upload, as the OpenAPI document describes it; the file's field may have any name. */
export const uploadFormSchema = z
  .strictObject({
    file: z.string().meta({
      contentMediaType: "application/octet-stream",
      description: "The MIDI file; exactly one part is a file.",
    }),
    name: nameSchema.optional(),
    trackIndex: z.int().min(0).max(65_535).optional().meta({ description: "As in the query." }),
  })
  .meta({ id: "UploadForm" });

export const updateTrackSchema = z.strictObject({ name: nameSchema }).meta({ id: "UpdateTrack" });

export const trackSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    bars: z
      .int()
      .meta({ description: "Whole bars of four quarter notes of the chosen track, from the beginning of the file." }),
    tempo: z.number(),
    timeSignature: z.string().meta({ example: "4/4" }),
    noteCount: z.int(),
    lowestPitch: z.int(),
    highestPitch: z.int(),
    trackIndex: z.int(),
    tracks: z
      .array(z.object({ index: z.int(), name: z.string(), program: z.int(), noteCount: z.int() }))
      .meta({ description: "The file's tracks that have notes." }),
    changes: z.array(z.string()).meta({ description: "What was altered or ignored when the file was read, in words." }),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: "Track" });
export type TrackResource = z.infer<typeof trackSchema>;
export const trackListSchema = pageOf(trackSchema, "TrackList");

export function trackResource(item: TrackItem): TrackResource {
  const { id, name, bars, tempo, timeSignature, noteCount, lowestPitch, highestPitch, trackIndex } = item;
  const { tracks, changes, createdAt, updatedAt } = item;
  return {
    id,
    name,
    bars,
    tempo,
    timeSignature,
    noteCount,
    lowestPitch,
    highestPitch,
    trackIndex,
    tracks,
    changes,
    createdAt,
    updatedAt,
  };
}
