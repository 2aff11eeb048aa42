/** The texts of the account's page. */
import type { components } from "../../../client/client";

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
