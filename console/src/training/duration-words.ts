import { trainingTexts } from "../texts/en-training";

/** Returns a length of time as one says it: in whole minutes, and above two hours by the quarter of an hour. */
export function durationWords(seconds: number): string {
  const { durations } = trainingTexts;
  if (seconds < 60) return durations.seconds;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return durations.minutes(minutes);
  const shown = minutes < 120 ? minutes : Math.round(minutes / 15) * 15;
  return durations.hours(Math.floor(shown / 60), shown % 60);
}
