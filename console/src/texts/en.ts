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
} as const;
