/** The paths of the console that its hosts and the sign-in know. */
export const consolePaths = {
  /** What the console reads before it starts. */
  config: "/config.json",
  /** The page to which the sign-in sends the browser back. */
  signedIn: "/signed-in",
  /** The excerpts of the quiz "Which is Bach?". */
  bachExcerpts: "/bach-excerpts.json",
} as const;

/** The content of `config.json`, which tells the console where its API and its sign-in are. */
export interface ConsoleConfig {
  readonly apiUrl: string;
  readonly region: string;
  /** The version of OpenComposer that serves the console. */
  readonly version: string;
  readonly auth: {
    /** The issuer of the tokens. */
    readonly authority: string;
    readonly clientId: string;
    readonly authorizeUrl: string;
    readonly tokenUrl: string;
    readonly logoutUrl: string;
    readonly jwksUrl: string;
    readonly scope: string;
  };
}
