/**
 * The calls that every front end begins with, by the typed client, without a cast: upload a file, compose on it, wait,
 * fetch the piece. client.test.ts runs it against the local cloud; test/unit/client-types.test.ts compiles it as a browser's
 * project and as a server's would.
 */
import { compositionMidiUrl, createClient, type Problem, waitForComposition } from "../../../client/client";

export interface FirstCallsParams {
  readonly baseUrl: string;
  readonly token: string;
  readonly file: File;
  /** Seconds that the composition may take. */
  readonly deadlineSeconds: number;
}

export interface FirstCalls {
  readonly uploadStatus: number;
  readonly states: readonly string[];
  readonly midi: ArrayBuffer;
  readonly midiOfUrl: ArrayBuffer;
  readonly broken: Problem | undefined;
}

export async function firstCalls(params: FirstCallsParams): Promise<FirstCalls> {
  const { baseUrl, token, file, deadlineSeconds } = params;
  const api = createClient({ baseUrl, accessToken: () => token });

  const up = await api.POST("/tracks", {
    params: { query: { name: file.name }, header: { "Idempotency-Key": crypto.randomUUID() } },
    body: file,
  });
  if (up.error !== undefined) throw new Error(up.error.detail);

  const asked = await api.POST("/compositions", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { name: "First piece", technique: "unet-gan", modelId: "unet-gan-bach", input: { trackId: up.data.id } },
  });
  if (asked.error !== undefined) throw new Error(asked.error.detail);

  const states: string[] = [];
  const waited = await waitForComposition(api, asked.data.id, {
    deadlineSeconds,
    onChange: ({ state }) => states.push(state),
  });
  if (waited.outcome !== "final") throw new Error(waited.problem?.detail ?? "The deadline came first.");

  const path = { compositionId: asked.data.id };
  const midi = await api.GET("/compositions/{compositionId}/midi", { params: { path } });
  if (midi.error !== undefined) throw new Error(midi.error.detail);

  const url = await compositionMidiUrl(api, asked.data.id);
  if ("error" in url) throw new Error(url.error.detail);
  const midiOfUrl = await (await fetch(url.data.url)).arrayBuffer();

  const broken = await api.POST("/tracks", { body: new Uint8Array([1, 2, 3]) });
  return { uploadStatus: up.response.status, states, midi: midi.data, midiOfUrl, broken: broken.error };
}
