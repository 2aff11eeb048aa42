/** Pressing Compose: saves the melody if it is not saved, asks for the piece, and leads to it. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiClient, Composition, CreateComposition, CreateVariations } from "../../../client/client";
import { useApi } from "../api/api";
import { fetched } from "../api/fetched";
import { useCreateComposition, useCreateVariations } from "../api/mutations";
import { createPressKeys, leftNoAnswer, type PressKeys } from "../api/press-key";
import type { Technique, Track } from "../api/queries";
import { queryKeys } from "../api/query-keys";
import { retryDelay } from "../api/retries";
import { composeRequest, type RequestParams } from "./compose-request";
import { afterSaving, type Draft, newSeed, type OwnMelody } from "./draft";
import { changeDraft, draftStore } from "./draft-store";
import type { MelodySource } from "./melody-source";
import { fileOf } from "./own-melody";
import { modelledId } from "./techniques";

/** A lost answer is asked for again so often, by the same key. */
const mostRepetitions = 3;

const pause = async (milliseconds: number): Promise<void> => {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
};

async function postTrack(api: ApiClient, own: OwnMelody, key: string): Promise<Track> {
  const { name, origin, from, tracks } = own;
  const trackIndex = tracks?.numbers[tracks.place];
  const query = {
    name,
    origin,
    ...(trackIndex === undefined ? {} : { trackIndex }),
    ...(from === undefined ? {} : { fromComposition: from.compositionId }),
    ...(from?.trackIndex === undefined ? {} : { fromTrackIndex: from.trackIndex }),
  };
  const header = { "Idempotency-Key": key };
  return (await fetched(api.POST("/tracks", { params: { query, header }, body: fileOf(own) }))).value;
}

/** Returns a function that saves a melody. It is saved once, even if the answer is lost on its way. */
export function useSaveMelody(): (own: OwnMelody) => Promise<Track> {
  const api = useApi();
  const client = useQueryClient();
  const [keys] = useState<PressKeys>(() => createPressKeys());
  return async (own) => {
    for (let repetition = 0; ; repetition += 1) {
      try {
        const track = await postTrack(api, own, keys.keyFor(own));
        keys.ended();
        void client.invalidateQueries({ queryKey: queryKeys.trackLists });
        return track;
      } catch (error) {
        keys.ended(error);
        if (!leftNoAnswer(error) || repetition === mostRepetitions || !(error instanceof Error)) throw error;
        await pause(retryDelay(repetition, error));
      }
    }
  };
}

export interface ComposeParams extends Pick<RequestParams, "technique" | "melodyName" | "taken"> {
  /** Without it, the stock model is taken. */
  readonly modelId: string | undefined;
}

export interface Composing {
  /** @throws ProblemError when the API refuses */
  readonly compose: (params: ComposeParams) => Promise<Composition>;
  /** Asks for several pieces, one after the other. */
  readonly composeEach: (bodies: readonly CreateComposition[]) => Promise<readonly Composition[]>;
  /** Asks for several pieces at once, which differ in their seed. */
  readonly composeVariations: (body: CreateVariations) => Promise<readonly Composition[]>;
  readonly isPending: boolean;
}

type SavedSource = Exclude<MelodySource, { kind: "own" }>;

export function useCompose(): Composing {
  const api = useApi();
  const save = useSaveMelody();
  const creation = useCreateComposition();
  const variations = useCreateVariations();
  const [isPending, setPending] = useState(false);

  /** Saves the draft's melody where only this browser has it. */
  const saved = async (draft: Draft): Promise<SavedSource> => {
    const { source, own } = draft;
    if (source.kind !== "own") return source;
    if (own === undefined) throw new Error("The draft's melody is its own, and it has none.");
    const { id } = await save(own);
    const track: SavedSource = { kind: "track", id };
    changeDraft(afterSaving(draftStore.getState(), own, id));
    return track;
  };

  /** Right after signing in nobody has chosen a model yet, nor does the page know one. */
  const stockModel = async (technique: Technique): Promise<string | undefined> => {
    const modelled = modelledId(technique);
    if (modelled === undefined) return undefined;
    const query = { technique: modelled, stock: "true", limit: 1 } as const;
    return (await fetched(api.GET("/models", { params: { query } }))).value.items[0]?.id;
  };

  const request = async ({ technique, modelId, melodyName, taken }: ComposeParams): Promise<CreateComposition> => {
    const draft = draftStore.getState();
    const source = await saved(draft);
    return composeRequest({
      draft,
      source,
      technique,
      modelId: modelId ?? (await stockModel(technique)),
      melodyName,
      taken,
    });
  };

  const whilePending = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    setPending(true);
    try {
      return await work();
    } finally {
      setPending(false);
    }
  };

  return {
    isPending,
    compose: async (params) =>
      await whilePending(async () => {
        const made = await creation.create(await request(params));
        // The seed of the press is the piece's; the next press gets its own.
        if (!draftStore.getState().isSeedLocked) changeDraft({ seed: newSeed() });
        return made;
      }),
    composeEach: async (bodies) =>
      await whilePending(async () => {
        const made: Composition[] = [];
        for (const body of bodies) made.push(await creation.create(body));
        return made;
      }),
    composeVariations: async (body) => await whilePending(async () => (await variations.create(body)).items),
  };
}
