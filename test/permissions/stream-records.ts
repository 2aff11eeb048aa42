/** Records of the table's stream, as far as the dispatcher reads them. */
import type { Row } from "../../lambdas/stores/table";
import { streamImage } from "../faults/stream-image";

export const inserted = (row: Row): unknown => ({
  eventID: "1",
  eventName: "INSERT",
  dynamodb: { NewImage: streamImage(row) },
});

/** The record of a row whose owner has asked for the end. */
export const toldToStop = (row: Row): unknown => ({
  eventID: "2",
  eventName: "MODIFY",
  dynamodb: {
    NewImage: streamImage({ ...row, stopRequested: true }),
    OldImage: streamImage({ ...row, stopRequested: false }),
  },
});
