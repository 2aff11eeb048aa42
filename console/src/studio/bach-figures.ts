/** What the measures say of Bach's own chorales: the training music of the stock AR-CNN. A test compares them with it. */
export const bachFigures: Readonly<Record<string, number>> = {
  dissonantPairShare: 0.109,
  scaleConsistency: 0.92,
  leaptIntoDissonancesPerBar: 0.368,
  qualifiedNoteRate: 0.974,
  polyphonicRate: 0.949,
  grooveConsistency: 0.804,
  tonalDistance: 1.4,
  phrasesClosed: 0.726,
};
