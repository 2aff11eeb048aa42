/** Reads docs/prices.json, the one list of prices of this repository. */
import * as z from "zod";
import document from "../../docs/prices.json";

const amount = z.number().positive();
const pricesSchema = z.object({
  /** The day on which the prices were written down. */
  asOf: z.iso.date(),
  /** The Region whose prices they are. */
  region: z.string(),
  source: z.string(),
  perUnit: z.object({
    apiRequest: amount,
    functionCall: amount,
    functionGbSecond: amount,
    tableRead: amount,
    tableWrite: amount,
    objectRead: amount,
    objectWrite: amount,
    queueRequest: amount,
    workflowTransition: amount,
    serverlessEndpointGbSecond: amount,
    logGb: amount,
  }),
  perMonth: z.object({ imageGb: amount, alarm: amount, metric: amount }),
  trainingInstanceHour: z.record(z.string(), amount),
});
export type Prices = z.infer<typeof pricesSchema>;

/** The file that a person edits to change a price. */
export const pricesFile = "docs/prices.json";

export const prices: Prices = pricesSchema.parse(document);
