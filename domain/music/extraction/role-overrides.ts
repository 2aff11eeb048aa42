/** What a person says of tracks: it holds instead of the rules that choose their roles. */
import * as z from "zod";

/** The part that a track has in a band, by a person's word: `none` leaves it out. */
export const trackRoles = ["melody", "chords", "bass", "drums", "none"] as const;
export type TrackRole = (typeof trackRoles)[number];

const patternSchema = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: "A text in which `*` stands for any characters. Capital and small letters are alike." });

/** One rule for a file's tracks. All that it names must match, and it names a track or a name. */
export const trackOverrideSchema = z
  .strictObject({
    trackIndex: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .meta({ description: "The number of the track in the file, from 0." }),
    trackName: patternSchema.optional(),
    role: z.enum(trackRoles).meta({ description: "`none` leaves the track out." }),
  })
  .refine(({ trackIndex, trackName }) => trackIndex !== undefined || trackName !== undefined, {
    message: "must name a trackIndex or a trackName",
  });
export type TrackOverride = z.infer<typeof trackOverrideSchema>;

/** One rule. All that it names must match, and it names a track, a name or a file. */
export const roleOverrideSchema = z
  .strictObject({
    /** The path of the file in its data set. */
    file: patternSchema.optional(),
    trackIndex: z.int().min(0).max(65_535).optional(),
    trackName: patternSchema.optional(),
    role: z.enum(trackRoles),
  })
  .refine(
    ({ file, trackIndex, trackName }) => file !== undefined || trackIndex !== undefined || trackName !== undefined,
    { message: "must name a file, a trackIndex or a trackName" },
  );
export type RoleOverride = z.infer<typeof roleOverrideSchema>;

const folded = (text: string): string => text.normalize("NFC").toLowerCase();

/**
 * Returns true if a pattern matches a whole text. It takes no more time than the product of their lengths, whatever the
 * pattern.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const wanted = folded(pattern);
  const given = folded(text);
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  let position = 0;
  while (position < given.length) {
    if (wanted[at] === "*") {
      star = at;
      at += 1;
      resumeAt = position;
    } else if (at < wanted.length && wanted[at] === given[position]) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      at = star + 1;
      resumeAt += 1;
      position = resumeAt;
    } else return false;
  }
  while (wanted[at] === "*") at += 1;
  return at === wanted.length;
}

export interface OverriddenTrack {
  /** The path of the file in its data set; "" if it has none. */
  readonly file: string;
  readonly index: number;
  readonly name: string;
}

/** Returns the role that the first matching rule gives a track; undefined if none matches. */
export function overriddenRole(
  overrides: readonly RoleOverride[],
  { file, index, name }: OverriddenTrack,
): TrackRole | undefined {
  return overrides.find(
    (override) =>
      (override.file === undefined || matchesPattern(override.file, file)) &&
      (override.trackIndex === undefined || override.trackIndex === index) &&
      (override.trackName === undefined || matchesPattern(override.trackName, name)),
  )?.role;
}
