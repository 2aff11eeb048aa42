/** Bach's parallels in 100 bars, from beat to beat: models/unet-gan-bach/evaluation.json, to four digits. */
export const bachParallelsPer100Bars = 8.3721;

/**
 * Bach's own figures, measured as each technique measures its models: models/<model>/training-reference.json, to four
 * digits. A test compares them.
 */
export const bachFigures: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "unet-gan": {
    dissonantPairShare: 0.1078,
    phrasesClosed: 0.7459,
    leaptIntoDissonancesPerBar: 0.4036,
    scaleConsistency: 0.931,
    pitchClassesUsed: 3.2665,
    qualifiedNoteRate: 0.9753,
    grooveConsistency: 0.8348,
  },
  "ar-cnn": {
    dissonantPairShare: 0.1094,
    phrasesClosed: 0.7259,
    leaptIntoDissonancesPerBar: 0.3685,
    scaleConsistency: 0.9202,
    pitchClassesUsed: 6.265,
    qualifiedNoteRate: 0.9742,
    polyphonicRate: 0.9489,
    grooveConsistency: 0.8035,
    tonalDistance: 1.4001,
  },
  transformer: {
    dissonantPairShare: 0.1055,
    leaptIntoDissonancesPerBar: 0.3594,
    scaleConsistency: 0.9274,
    pitchClassesUsed: 3.3837,
    qualifiedNoteRate: 0.9743,
    grooveConsistency: 0.8322,
  },
};
