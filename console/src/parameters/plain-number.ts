/** Returns a number without the exponent that JavaScript writes for small ones. */
export const plainNumber = (value: number): string =>
  value.toLocaleString("en", { maximumFractionDigits: 10, useGrouping: false });
