/** All texts of the console, in one typed file, by page. */
export const texts = {
  product: "OpenComposer",
  skipToContent: "Skip to content",
  navigation: {
    label: "Main",
    studio: "Studio",
    compositions: "Compositions",
    melodies: "Melodies",
    models: "Models",
    training: "Training",
    learn: "Learn",
    about: "About",
  },
  loading: "Loading…",
  reload: "Reload",
  requestId: (id: string) => `The request's id is ${id}.`,
  /** The button names the mode that it leads to. */
  colorModes: { light: "Light", dark: "Dark" },
  configFault: {
    title: "The console does not know where its API is",
    explanation: "It reads /config.json, which the host of the console serves. What is wrong with it:",
    advice: "Whoever runs this deployment can seed it again: npm run seed. On one machine, restart npm start.",
  },
  fault: {
    title: "This page cannot be shown",
    explanation: "Something went wrong in the console. What you had drafted is kept. Reloading usually helps.",
  },
  notFound: {
    title: "There is no such page",
    explanation: (path: string) => `Nothing is at ${path}.`,
    home: "Go to the first page",
  },
  notices: {
    label: "Messages",
    close: "Close the message",
    kinds: { success: "Done.", info: "Note.", warning: "Careful.", error: "Failed." },
  },
  signIn: {
    signIn: "Sign in",
    signOut: "Sign out",
    signedInAs: (name: string) => `Signed in as ${name}`,
    signingIn: "Signing in…",
    failed: "Signing in failed",
    ended: "Your session has ended. The page stays as it is, and what you have drafted is kept.",
    signInAgain: "Sign in again",
  },
  about: {
    title: "About",
    description: "OpenComposer is an open rebuild of AWS DeepComposer.",
    version: "Version",
    apiUrl: "Address of the API",
    region: "Region",
    licenses: "What is shipped, and its licenses",
    licensesExplanation:
      "The console is built from these packages. Each license's text is as its package has it. OpenComposer itself is Apache-2.0.",
    licensesMissing: "The list of licenses cannot be loaded.",
  },
} as const;
