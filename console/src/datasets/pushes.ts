/**
 * The pushes that are under way or have ended, by data set. They go on while other pages of the console are shown, and
 * end with the tab.
 */
import { createStore } from "zustand";
import {
  type ApiClient,
  type FileToPush,
  type Problem,
  pushFiles,
  type PushProgress,
  type RejectedFile,
  type UnsentFile,
} from "../../../client/client";

export interface PushState {
  readonly isRunning: boolean;
  readonly progress: PushProgress;
  /** How many files of the folder were not pushed, because they are no MIDI files by their names. */
  readonly leftOut: number;
  readonly rejected: readonly RejectedFile[];
  readonly failed: readonly UnsentFile[];
  /** What has ended the push before its end. */
  readonly end?:
    | { readonly kind: "stopped" }
    | { readonly kind: "refused"; readonly problem: Problem }
    | { readonly kind: "broken"; readonly error: Error };
  readonly stop: () => void;
}

export type Pushes = ReadonlyMap<string, PushState>;

/** Progress is shown that often, and the data set is read again that often, in milliseconds. */
const shownEach = 150;
const readEach = 2_000;

export const pushes = createStore<Pushes>(() => new Map());

const show = (datasetId: string, state: PushState): void => {
  pushes.setState((before) => new Map(before).set(datasetId, state), true);
};

export interface StartPushParams {
  readonly api: Pick<ApiClient, "POST">;
  readonly datasetId: string;
  readonly files: readonly FileToPush[];
  readonly leftOut: number;
  /** Called now and then while files arrive, and at the end. */
  readonly onNews: () => void;
}

class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Pushes files to a data set. While a push to it is under way, another one does not begin. */
export async function startPush({ api, datasetId, files, leftOut, onNews }: StartPushParams): Promise<void> {
  if (pushes.getState().get(datasetId)?.isRunning === true) return;
  const abort = new AbortController();
  const stop = (): void => {
    abort.abort(new Stopped());
  };
  const nothing = { files: files.length, sent: 0, known: 0, repeated: 0, rejected: 0, failed: 0 };
  let state: PushState = { isRunning: true, progress: nothing, leftOut, rejected: [], failed: [], stop };
  let shown = 0;
  let read = 0;
  const onProgress = (progress: PushProgress): void => {
    state = { ...state, progress };
    const now = Date.now();
    if (now - shown >= shownEach) {
      shown = now;
      show(datasetId, state);
    }
    if (now - read >= readEach) {
      read = now;
      onNews();
    }
  };
  show(datasetId, state);
  try {
    const { outcome, ...result } = await pushFiles(api, datasetId, files, { signal: abort.signal, onProgress });
    const { progress, rejected, failed } = result;
    state = { ...state, progress, rejected, failed };
    if (outcome === "refused" && "problem" in result)
      state = { ...state, end: { kind: "refused", problem: result.problem } };
  } catch (error) {
    const wrong = error instanceof Error ? error : new Error(String(error));
    state = { ...state, end: wrong instanceof Stopped ? { kind: "stopped" } : { kind: "broken", error: wrong } };
  }
  show(datasetId, { ...state, isRunning: false });
  onNews();
}

/** Returns how many files it is known of what became of them. */
export const dealtWith = ({ sent, known, repeated, rejected, failed }: PushProgress): number =>
  sent + known + repeated + rejected + failed;
