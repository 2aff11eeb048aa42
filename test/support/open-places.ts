/** How many places of the quota of unfinished compositions these rows hold: variations of one request hold one together. */
export const openPlaces = (
  unfinished: readonly { readonly id: string; readonly variationGroup?: string | undefined }[],
): number => new Set(unfinished.map(({ id, variationGroup }) => variationGroup ?? id)).size;
