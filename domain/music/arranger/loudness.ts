/** How loud the hits of a rhythm are. */

const levels: Readonly<Record<string, number>> = { X: 92, x: 76, o: 58 };
const usualLevel = 80;
/** Players are not machines: every note is louder or softer by up to so much. */
const spread = 4;

export const loudnessOf = (mark: string): number => levels[mark] ?? usualLevel;

/** Returns a velocity, 1-127, near a level. */
export const velocityNear = (level: number, random: () => number): number =>
  Math.min(127, Math.max(1, Math.round(level + spread * (2 * random() - 1))));
