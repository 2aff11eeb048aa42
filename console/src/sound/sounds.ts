/** The files of instruments, each fetched once. */
import type { Piece, PieceTrack } from "../piece/piece";
import { texts } from "../texts/en";
import { SoundError, within } from "./sound-error";

const fetched = new Map<string, Promise<ArrayBuffer>>();
const secondsToFetch = 15;

/** Returns the name of a track's sound, which is that of its file. */
export const soundOf = ({ program, isDrums }: Pick<PieceTrack, "program" | "isDrums">): string =>
  isDrums ? "drums" : `program-${String(program).padStart(3, "0")}`;

/** Returns the names of the sounds of a piece, each once. */
export const soundsOf = ({ tracks }: Pick<Piece, "tracks">): string[] => [...new Set(tracks.map(soundOf))];

async function request(sound: string): Promise<ArrayBuffer> {
  let response: Response;
  try {
    response = await fetch(`/sounds/${sound}.sf3`);
  } catch (error) {
    throw new SoundError(texts.sound.notFetched(sound), { cause: error });
  }
  if (!response.ok) throw new SoundError(texts.sound.notFetched(sound));
  return await response.arrayBuffer();
}

/**
 * Returns the bytes of a sound.
 * @throws SoundError when they do not come
 */
export async function fetchSound(sound: string): Promise<ArrayBuffer> {
  const known = fetched.get(sound);
  if (known !== undefined) return await known;
  const coming = within(secondsToFetch, request(sound), texts.sound.notFetched(sound));
  fetched.set(sound, coming);
  // What failed is asked for again the next time.
  coming.catch(() => fetched.delete(sound));
  return await coming;
}
