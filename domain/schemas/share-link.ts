/** Shares: links by which a piece is seen and heard without signing in. */

/** The number of days for which a piece is shared, if nobody says otherwise, and the most that may be asked for. */
export const defaultShareDays = 30;
export const maxShareDays = 365;

/** The bytes of a token. They are drawn at random: 192 bits, which nobody guesses. */
export const shareTokenBytes = 24;
/** A token: its bytes in base64url. */
export const shareTokenPattern = /^[A-Za-z0-9_-]{32}$/;
