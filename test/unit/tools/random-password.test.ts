/** Passwords of new users: each policy takes them, and an e-mail brings them unchanged. */
import { randomPassword } from "../../../tools/random-password";

const passwords = Array.from({ length: 1_000 }, randomPassword);

test("the user pool's policy takes them", () => {
  for (const password of passwords) {
    expect(password.length).toBeGreaterThanOrEqual(16);
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/]) expect(password).toMatch(kind);
  }
});

test("HTML and the dot of the sentence around it change none of them", () => {
  for (const password of passwords) expect(password).toMatch(/^[A-Za-z][A-Za-z0-9!-]+[A-Za-z0-9]$/);
});

test("each is another", () => {
  expect(new Set(passwords).size).toBe(passwords.length);
});
