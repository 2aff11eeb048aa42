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
