/** A data set with files that were read, made without the browser. */
import { createClient, pushFiles } from "../../../../client/client";
import { datasetListSchema, datasetSchema } from "../../../../domain/schemas/api/datasets";
import { type ApiSession, tokensOf } from "../../../e2e/api-session";
import { arrangedFiles } from "../../../support/arranged-files";
import type { ConsoleBrowser } from "./console-browser";

const name = "A rock band with a picture among its songs";

/** Returns the id of a data set that has accepted and rejected files. A cloud that has gone on running has one. */
export async function readDataset({ outputs }: Pick<ConsoleBrowser, "outputs">, api: ApiSession): Promise<string> {
  const kept = (await api.call("GET", `/datasets?q=${encodeURIComponent(name)}`)).json(datasetListSchema).items[0];
  if (kept !== undefined) return kept.id;
  const license = { kind: "own-work", text: "I wrote and played all of it.", confirmsRights: true };
  const { id } = (await api.call("POST", "/datasets", { json: { name, license } })).json(datasetSchema);
  const songs = arrangedFiles({ count: 4, seed: 7, isHidden: false }).map(({ bytes }) => bytes);
  const picture = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(100)]);
  const files = [...songs, picture].map((bytes, index) => ({
    path: `songs/song-${index}.mid`,
    bytes: bytes.length,
    read: async () => await Promise.resolve(bytes),
  }));
  const { AccessToken } = await tokensOf(outputs, outputs.demoUser);
  const client = createClient({ baseUrl: outputs.apiUrl, accessToken: () => AccessToken });
  await pushFiles(client, id, files);
  await api.pollUntil(`/datasets/${id}`, datasetSchema, ({ files: { pending } }) => pending === 0, 120);
  return id;
}
