/** Signs a person in on the stage's sign-in page and returns the tokens: for the operators' commands and for `opencomposer login`. */
import {
  createSecrets,
  exchangeCode,
  isOfSignIn,
  readCode,
  type SignInClient,
  signInPage,
  type Tokens,
} from "./authorization-code";
import { isLoopback, listenForCallback } from "./callback-listener";

export interface SignInParams {
  readonly client: SignInClient;
  /** Tells the person what to do, one line at a time. */
  readonly tell: (line: string) => void;
  /** True: the person pastes the address, because the browser runs on another machine. */
  readonly paste: boolean;
  /** Returns a line that the person has typed; undefined if there is none to come. */
  readonly readLine: () => Promise<string | undefined>;
  /** Ends the waiting. The reason of its abort is thrown. */
  readonly signal: AbortSignal;
}

/**
 * Waits until the person has signed in. The browser brings the code to a listener on this machine. Where the callback
 * address is not on this machine, the person pastes the address that the browser was sent to.
 *
 * @throws Error if the page refuses, if the response is not of this sign-in, or if the port is taken
 */
export async function signInOnPage(params: SignInParams): Promise<Tokens> {
  const { client, tell, paste, readLine, signal } = params;
  signal.throwIfAborted();
  const secrets = createSecrets();
  const read = (address: URL): string => readCode(address, secrets);
  const pastes = paste || !isLoopback(client.callback);
  const isExpected = (address: URL): boolean => isOfSignIn(address, secrets);
  const listener = pastes ? undefined : await listenForCallback({ callback: client.callback, isExpected, read });
  try {
    tell(`Open this page and sign in:\n\n  ${signInPage(client, secrets)}\n`);
    tell(
      pastes
        ? `The page sends the browser to ${client.callback}?code=…, whether or not anything answers there. Paste that whole address:`
        : `Waiting at ${client.callback} for the page to send the browser back. Ctrl-C ends this.`,
    );
    const code = await orAborted(signal, listener?.response ?? pastedCode({ readLine, read }));
    return await exchangeCode(client, { code, verifier: secrets.verifier, signal });
  } finally {
    await listener?.stop();
  }
}

async function pastedCode(params: {
  readonly readLine: SignInParams["readLine"];
  readonly read: (address: URL) => string;
}): Promise<string> {
  const line = (await params.readLine())?.trim();
  if (line === undefined || line === "") throw new Error("No address was pasted.");
  if (!URL.canParse(line))
    throw new Error(`"${line.slice(0, 80)}" is no address; it must begin with http:// or https://.`);
  return params.read(new URL(line));
}

async function orAborted<Value>(signal: AbortSignal, value: Promise<Value>): Promise<Value> {
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error("The sign-in was ended."));
    };
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([value, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
