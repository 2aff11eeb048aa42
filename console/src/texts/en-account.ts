/** The texts of the account's page. */
import type { components } from "../../../client/client";

type ErasureState = NonNullable<components["schemas"]["UserData"]["erasure"]>["state"];
type QuotaName = keyof components["schemas"]["Quotas"];

const number = (value: number): string => value.toLocaleString("en");
const mebibytes = (bytes: number): string =>
  (bytes / 1024 ** 2).toLocaleString("en", { maximumFractionDigits: bytes < 10 * 1024 ** 2 ? 1 : 0 });

const things: Readonly<Record<QuotaName, string>> = {
  compositions: "Compositions",
  tracks: "Melodies",
  models: "Models",
  datasets: "Data sets",
  trainingJobs: "Trainings",
  openCompositions: "Compositions under way",
  openTrainingJobs: "Trainings under way",
  storedBytes: "Storage",
};
const notes: Readonly<Partial<Record<QuotaName, string>>> = {
  models: "A training that has not ended counts as the model that it may become.",
  trainingJobs: "Those that have ended count until they are deleted.",
  openCompositions: "What has ended makes room by itself.",
  openTrainingJobs: "What has ended makes room by itself.",
  storedBytes: "Melodies and models together.",
};

export const accountTexts = {
  title: "Your account",
  description: (userName: string) =>
    `You are signed in as ${userName}. This is what you have, of what you may have at once. Nothing runs out by time: what you delete makes room.`,
  signIn: "Sign in to see what you have, and how much you may have.",
  things,
  notes,
  amount: (name: QuotaName, used: number, quota: number): string =>
    name === "storedBytes" ? `${mebibytes(used)} of ${mebibytes(quota)} MiB` : `${number(used)} of ${number(quota)}`,
  have: (amount: string) => `You have ${amount}.`,
  isFull: "Nothing more fits. Delete what you no longer need.",
} as const;

const states: Readonly<Record<ErasureState, string>> = {
  PENDING: "The deletion will begin within minutes.",
  STOPPING: "Work under way is being stopped.",
  ERASING: "Your data are being deleted.",
  WATCHING: "Nothing is left.",
  ERASED: "All your data are deleted.",
};
const clock = (time: Date): string => time.toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });

export const eraseTexts = {
  title: "Delete all my data",
  what:
    "Every melody, composition, rating, share link, model, training and data set of yours is deleted for good, " +
    "with every earlier version. Trainings are stopped first.",
  stays:
    "Your account stays, and you can begin anew. Totals of ratings stay, which do not say whose they are. " +
    "Logs and backups expire by themselves; whoever runs this deployment can say when.",
  ask: "Delete all my data…",
  dialogTitle: "Delete all your data?",
  consequence: "Nothing brings them back. Until the deletion has ended, nothing new can be made.",
  word: "delete everything",
  typeWord: "Type “delete everything”",
  wrongWord: "Type the two words as they stand above: delete everything.",
  action: "Delete everything",
  states,
  asked: (time: Date) => `It was asked for on ${clock(time)}.`,
  left: (rows: number, files: number) =>
    `${number(rows)} ${rows === 1 ? "record" : "records"} and ${number(files)} ${files === 1 ? "file" : "files"} were left at the last look.`,
  watched: (time: Date) => `Until ${clock(time)}, late writes are watched for.`,
  erasedAt: (time: Date) => `Nothing was found on ${clock(time)}.`,
  proof: "Where nothing was found",
  noRow: (partition: string) => `No record in the partition ${partition}.`,
  noFile: (bucket: string, prefix: string) => `No version of a file under ${prefix} among ${bucket}.`,
  buckets: { artifacts: "what is kept", work: "what work under way needs" },
} as const;
