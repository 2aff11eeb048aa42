/** All texts of the console, in one typed file, by page. */
export const texts = {
  product: "OpenComposer",
  skipToContent: "Skip to content",
  navigation: {
    label: "Main",
    studio: "Studio",
    compositions: "Compositions",
    models: "Models",
    training: "Training",
    learn: "Learn",
  },
  loading: "Loading…",
  roll: {
    kind: "piano roll",
    counts: (tracks: number, bars: number, notes: number) =>
      `${tracks === 1 ? "1 track" : `${tracks} tracks`}, ${bars === 1 ? "1 bar" : `${bars} bars`}, ${notes === 1 ? "1 note" : `${notes} notes`}`,
    keys: "Arrow keys move the cursor; comma and full stop go to the note before and after.",
    editKeys:
      "Arrow keys move the cursor, Enter writes or removes a note, Shift with arrows changes its length, Alt with arrows moves it; comma and full stop go to the note before and after.",
    place: (pitch: string, place: string) => `${pitch}, ${place}, no note`,
    note: (pitch: string, place: string, sixteenths: number) =>
      `${pitch}, ${place}, ${sixteenths === 1 ? "a sixteenth" : `${sixteenths} sixteenths`} long`,
    noNoteAfter: "No note after this one",
    noNoteBefore: "No note before this one",
    nothingChosen: "No note is chosen",
    added: (note: string) => `Added: ${note}`,
    removed: (note: string) => `Removed: ${note}`,
    removedCount: (count: number) => (count === 1 ? "1 note removed" : `${count} notes removed`),
    moved: (note: string) => `Moved: ${note}`,
    stretched: (note: string) => `Changed: ${note}`,
  },
  sound: {
    notFetched: (sound: string) =>
      `The sound ${sound} could not be fetched. Check that this console can be reached, and press Play again.`,
    notStarted:
      "The sound did not start within 15 seconds. Check that this browser may play sound and run WebAssembly, and press Play again.",
    notPlayable: "The synthesizer cannot read this piece. Load the page again, and press Play.",
    notEncoded: "The MP3 file came out empty. Download the WAV file instead.",
    allMuted: "Every track is muted, so there is nothing to hear. Unmute one.",
  },
} as const;
