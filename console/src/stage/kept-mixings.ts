/** How pieces were last heard: which tracks were muted or played solo, and how loud each was. This browser keeps it. */
import * as z from "zod/mini";
import { browserTexts } from "../app/browser-storage";
import { type Mixing, usualMixing } from "./mixing";

const storageKey = "opencomposer.mixings.v1";
/** The pieces that were mixed last; older ones are forgotten. */
const mostKept = 100;

const entrySchema = z.object({
  id: z.string(),
  muted: z.array(z.int()),
  solo: z.array(z.int()),
  gains: z.array(z.tuple([z.int(), z.number().check(z.minimum(0), z.maximum(2))])),
});
type Entry = z.infer<typeof entrySchema>;

/** Returns what is kept, and nothing where it cannot be read. */
function readEntries(text: string | null): readonly Entry[] {
  if (text === null) return [];
  try {
    const parsed = z.array(entrySchema).safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Returns how a piece of so many tracks was last heard, or how every piece is heard at first. */
export function mixingIn(text: string | null, id: string, tracks: number): Mixing {
  const entry = readEntries(text).find((one) => one.id === id);
  if (entry === undefined) return usualMixing;
  // A corrected piece may have fewer tracks than before.
  const isThere = (track: number): boolean => track < tracks;
  return {
    muted: new Set(entry.muted.filter(isThere)),
    solo: new Set(entry.solo.filter(isThere)),
    gains: new Map(entry.gains.filter(([track]) => isThere(track))),
  };
}

/** Returns what is kept after a piece was mixed. A piece that is heard as at first needs no entry. */
export function withMixing(text: string | null, id: string, { muted, solo, gains }: Mixing): string {
  const others = readEntries(text).filter((one) => one.id !== id);
  const changed = [...gains].filter(([, gain]) => gain !== 1);
  const isUsual = muted.size === 0 && solo.size === 0 && changed.length === 0;
  const entry = { id, muted: [...muted], solo: [...solo], gains: changed };
  return JSON.stringify(isUsual ? others : [...others, entry].slice(-mostKept));
}

export const readMixing = (id: string, tracks: number): Mixing => mixingIn(browserTexts.read(storageKey), id, tracks);

export function keepMixing(id: string, mixing: Mixing): void {
  browserTexts.write(storageKey, withMixing(browserTexts.read(storageKey), id, mixing));
}
