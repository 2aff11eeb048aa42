/** Where a track came from, as its row and the API say it. */
import * as z from "zod";
import { ulidSchema } from "./ids";

/** `upload`: a file that its owner had. `recording`: played or sung into a client. `edit`: changed by hand in a client. */
export const trackOriginKinds = ["upload", "recording", "edit"] as const;
export type TrackOriginKind = (typeof trackOriginKinds)[number];

export const trackOriginSchema = z.strictObject({
  kind: z.enum(trackOriginKinds),
  /** The composition that was edited. It may have been deleted since. */
  compositionId: ulidSchema.optional(),
  /** The track of that composition that was edited. */
  trackIndex: z.int().min(0).optional(),
});
export type TrackOrigin = z.infer<typeof trackOriginSchema>;
