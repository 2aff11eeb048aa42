/** One `Idempotency-Key` for each press of a button that makes something. */
import { clientCodes } from "../../../client/client";
import { ProblemError } from "./problem-error";

export interface PressKeys {
  /** Returns the key of the press. While the same body has no answer, a further press is the same request again. */
  readonly keyFor: (body: unknown) => string;
  /** Tells that the request of the present key has ended: with data, with a refusal, or without an answer. */
  readonly ended: (error?: unknown) => void;
}

/** Returns true if it is not known whether the request was carried out, so that only its key makes it safe to repeat. */
export const leftNoAnswer = (error: unknown): boolean =>
  error instanceof ProblemError &&
  (error.problem.code === clientCodes.networkFailure ||
    error.problem.code === "IDEMPOTENCY_KEY_IN_FLIGHT" ||
    error.problem.status >= 500);

const isBytes = (value: unknown): value is Blob | ArrayBuffer | ArrayBufferView =>
  value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value);

/** The numbers of the files that were sent, because the bytes of two files of one name cannot be compared at once. */
const numbersOfBytes = new WeakMap<object, number>();
let lastNumber = 0;
function numberOf(bytes: object): number {
  const number = numbersOfBytes.get(bytes) ?? (lastNumber += 1);
  numbersOfBytes.set(bytes, number);
  return number;
}

/** Bodies are told apart by their content, and bytes, also inside of a body, by identity. */
const contentOf = (body: unknown): string =>
  JSON.stringify(body, (_, value: unknown) => (isBytes(value) ? { bytes: numberOf(value) } : value));
const sameBody = (one: unknown, other: unknown): boolean => contentOf(one) === contentOf(other);

export function createPressKeys(newKey: () => string = () => crypto.randomUUID()): PressKeys {
  let open: { readonly body: unknown; readonly key: string } | undefined;
  return {
    keyFor: (body) => {
      if (open === undefined || !sameBody(open.body, body)) open = { body, key: newKey() };
      return open.key;
    },
    ended: (error) => {
      if (!leftNoAnswer(error)) open = undefined;
    },
  };
}
