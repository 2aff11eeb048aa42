/** The API looks for at most so many characters. */
const longest = 100;
/** What no name has, so that the API refuses to look for it: controls, marks of direction, what was no text. */
const inNoName = /[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]/gu;

/** Returns what is looked for in names when something was typed or pasted. */
export const searchText = (typed: string): string => typed.slice(0, longest).replace(inNoName, "");
