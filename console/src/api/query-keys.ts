/**
 * The keys under which answers are kept. A key begins with its resource's collection, then says list or one, so that
 * all lists of a resource can be read again at once.
 */
export const queryKeys = {
  usage: ["usage"],
  userData: ["me", "data"],
  techniques: ["techniques"],
  sampleMelodies: ["sample-melodies"],
  sampleMelodyMidi: (id: string) => ["sample-melodies", "midi", id],
  compositionLists: ["compositions", "list"],
  compositionList: (query: object) => ["compositions", "list", query],
  composition: (id: string) => ["compositions", "one", id],
  compositionMidi: (id: string, version: string) => ["compositions", "midi", id, version],
  sharedComposition: (token: string) => ["shared", "one", token],
  sharedMidi: (token: string, version: string) => ["shared", "midi", token, version],
  sharedEditEvents: (token: string) => ["shared", "edit-events", token],
  trackLists: ["tracks", "list"],
  trackList: (query: object) => ["tracks", "list", query],
  track: (id: string) => ["tracks", "one", id],
  trackMidi: (id: string) => ["tracks", "midi", id],
  modelLists: ["models", "list"],
  modelList: (query: object) => ["models", "list", query],
  model: (id: string) => ["models", "one", id],
  trainingJobLists: ["training-jobs", "list"],
  trainingJobList: (query: object) => ["training-jobs", "list", query],
  trainingJob: (id: string) => ["training-jobs", "one", id],
} as const;
