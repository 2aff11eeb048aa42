/** The error for a sign-in that cannot begin. The message says why, in sentences for the user. */
export class SignInError extends Error {
  override readonly name = "SignInError";
}
