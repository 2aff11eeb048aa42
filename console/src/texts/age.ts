/** Says how long ago something was, as people say it. */
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** The units from below: each is used until the next one fits once. */
const units = [
  { unit: "minute", seconds: minute, until: hour },
  { unit: "hour", seconds: hour, until: day },
  { unit: "day", seconds: day, until: 14 * day },
] as const;

/**
 * Returns "just now", "5 minutes ago", "yesterday", or the date if it is two weeks ago or more.
 * @param instant ISO 8601
 */
export function ageOf(instant: string, now: number): string {
  const seconds = (now - Date.parse(instant)) / 1000;
  if (seconds < minute) return "just now";
  const fitting = units.find(({ until }) => seconds < until);
  if (fitting === undefined) return dateOf(instant);
  return relative.format(-Math.floor(seconds / fitting.seconds), fitting.unit);
}

export const dateOf = (instant: string): string => absolute.format(new Date(instant));
