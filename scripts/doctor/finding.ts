import { marks } from "../operators/marks";

/** The result of one check of a deployment. */
export interface Finding {
  readonly check: string;
  /** `skipped`: the check says nothing about this stage, as quotas do about the local cloud. */
  readonly result: "right" | "wrong" | "skipped";
  /** What was found. */
  readonly found: string;
  /** What to do about it; present where something is wrong. */
  readonly toDo?: string;
}

export const right = (check: string, found: string): Finding => ({ check, result: "right", found });
export const wrong = (check: string, found: string, toDo: string): Finding => ({ check, result: "wrong", found, toDo });
export const skipped = (check: string, found: string): Finding => ({ check, result: "skipped", found });

/** Returns the finding in one line. */
export const describeFinding = ({ check, result, found, toDo }: Finding): string =>
  `${marks[result]} ${check}: ${found}${toDo === undefined ? "" : `. ${toDo}`}`;

/** Returns, in one line, the message of anything that a check or a list has thrown. */
export const inOneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll("\n", " ");
