/** A note on the grid of sixteenths: contracts/invocation-request. */
import * as z from "zod";

export const gridNoteSchema = z.strictObject({
  onset: z.int().min(0),
  duration: z.int().min(1),
  pitch: z.int().min(0).max(127),
});
export type GridNote = z.infer<typeof gridNoteSchema>;
