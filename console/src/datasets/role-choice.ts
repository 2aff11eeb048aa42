/** What the user says of a file's tracks. */
import type { FileReport, RoleOverride } from "./dataset-queries";

export type Role = RoleOverride["role"];
type Track = NonNullable<FileReport["report"]>["tracks"][number];

/** The roles that somebody has said, by the number of the track. */
export type SaidRoles = ReadonlyMap<number, Role>;

export const roles: readonly Role[] = ["melody", "chords", "bass", "drums", "none"];

/** Returns what was said of single tracks before. Words about names of tracks are none of these. */
export const saidRoles = (overrides: readonly RoleOverride[]): SaidRoles =>
  // The first that matches a track counts.
  new Map(
    overrides
      .flatMap(({ trackIndex, role }) => (trackIndex === undefined ? [] : [[trackIndex, role] as const]))
      .reverse(),
  );

/** Returns the words to send: of single tracks first, because the first that matches counts, and then those of names. */
export const overridesOf = (said: SaidRoles, before: readonly RoleOverride[]): readonly RoleOverride[] => [
  ...[...said].sort(([one], [other]) => one - other).map(([trackIndex, role]) => ({ trackIndex, role })),
  ...before.filter(({ trackIndex }) => trackIndex === undefined),
];

/** Returns the roles with one track's changed. What the file's report has already need not be said. */
export function withRole(said: SaidRoles, { index, role: now }: Pick<Track, "index" | "role">, role: Role): SaidRoles {
  const next = new Map(said);
  if (role === now && !said.has(index)) return said;
  next.set(index, role);
  return next;
}
