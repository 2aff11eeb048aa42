/** What uses a resource that the API does not delete for that reason. */
import type { Problem } from "../../../client/client";
import { ProblemError } from "./problem-error";

export interface ResourceUser {
  readonly id: string;
  readonly name: string;
  /** The page of the console that shows it. */
  readonly href: string;
}

type NamedUser = NonNullable<Problem["usedBy"]>[number];

const pages: Readonly<Record<NamedUser["type"], string>> = {
  composition: "/studio",
  "training-job": "/training",
};

/** Returns what an IN_USE problem names, and nothing for every other error. */
export function usersOf(error: unknown): readonly ResourceUser[] {
  const users = error instanceof ProblemError ? (error.problem.usedBy ?? []) : [];
  return users.map(({ type, id, name }) => ({ id, name, href: `${pages[type]}/${id}` }));
}

/** Returns how many more there are than {@link usersOf} names. */
export const moreUsersOf = (error: unknown): number =>
  error instanceof ProblemError ? (error.problem.usedByMore ?? 0) : 0;
