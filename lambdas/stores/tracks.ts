/** The store of the tracks that users have uploaded. */
import { type TrackItem, trackItemSchema } from "./items";
import { createOwnedRows, type OwnedRows } from "./owned-rows";
import type { Table } from "./table";

export type Tracks = OwnedRows<TrackItem>;

export const createTracks = (params: { readonly table: Table; readonly now: () => Date }): Tracks =>
  createOwnedRows({ ...params, kind: "TRACK", schema: trackItemSchema });
