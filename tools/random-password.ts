import { randomInt } from "node:crypto";

/** Lower case, upper case, digits and symbols, without those that are easily taken for another. */
const kinds = ["abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-!"] as const;

/**
 * Returns a random password that every password policy of ours accepts: 22 characters of four kinds.
 *
 * It arrives unchanged in an e-mail. Cognito writes a password into HTML, in which `<`, `>` and `&` are no characters,
 * and puts a dot behind it, so the first and the last character are letters.
 */
export function randomPassword(): string {
  const characters = Array.from({ length: 22 }, (_, index) => {
    const kind = kinds[index % kinds.length] ?? kinds[0];
    return kind.charAt(randomInt(kind.length));
  });
  return characters.join("");
}
