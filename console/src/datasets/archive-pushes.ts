/** The archives that are being sent or have been, by data set. Sending goes on while other pages of the console are shown. */
import { createStore } from "zustand";
import { type ApiClient, pushArchive, type PushArchiveOutcome, type TagSource } from "../../../client/client";

export interface ArchivePush {
  readonly name: string;
  readonly bytes: number;
  /** What has become of it; undefined while it is being sent. */
  readonly end?:
    PushArchiveOutcome | { readonly outcome: "stopped" } | { readonly outcome: "broken"; readonly error: Error };
  readonly stop: () => void;
}

export const archivePushes = createStore<ReadonlyMap<string, ArchivePush>>(() => new Map());

export interface StartArchivePushParams {
  readonly api: Pick<ApiClient, "POST">;
  readonly datasetId: string;
  readonly archive: File;
  readonly tagsFrom: TagSource;
  /** Called when the archive has been sent, or has not. */
  readonly onNews: () => void;
}

class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Sends an archive to a data set. While one is sent to it, another one does not begin. */
export async function startArchivePush(params: StartArchivePushParams): Promise<void> {
  const { api, datasetId, archive, tagsFrom, onNews } = params;
  const before = archivePushes.getState().get(datasetId);
  if (before !== undefined && before.end === undefined) return;
  const abort = new AbortController();
  const show = (end: Pick<ArchivePush, "end">): void => {
    const push: ArchivePush = {
      ...{ name: archive.name, bytes: archive.size, ...end },
      stop: () => {
        abort.abort(new Stopped());
      },
    };
    archivePushes.setState((all) => new Map(all).set(datasetId, push), true);
  };
  show({});
  try {
    show({ end: await pushArchive(api, datasetId, archive, { tagsFrom, signal: abort.signal }) });
  } catch (error) {
    const wrong = error instanceof Error ? error : new Error(String(error));
    show({ end: wrong instanceof Stopped ? { outcome: "stopped" } : { outcome: "broken", error: wrong } });
  }
  onNews();
}
