/** HEAD is GET without the body: the gateway drops it, so the function responds to both alike. */
import { apiRoutes } from "../../../naming/api-routes";
import { composerApi } from "./support/composer-api";
import { composition, model, track, trainingJob } from "./support/items";

const ids = {
  trackId: "A".repeat(26),
  compositionId: "B".repeat(26),
  modelId: "C".repeat(26),
  trainingJobId: "D".repeat(26),
  epoch: "1",
  melodyId: "ode-to-joy",
  sampleMelodyId: "ode-to-joy",
};
const gets = Object.entries(apiRoutes).filter(([id, { method }]) => method === "GET" && id !== "getOpenApiDocument");

test.each(gets)("HEAD of %s gets the response of GET", async (_, { path }) => {
  const api = composerApi();
  api.tracks.put(track({ id: ids.trackId }));
  api.compositions.put(composition({ id: ids.compositionId }));
  api.models.put(model({ id: ids.modelId }));
  api.trainingJobs.put(trainingJob({ id: ids.trainingJobId }));
  const target = path.replaceAll(
    /\{(\w+)\}/g,
    (_match, name: string) => Object.entries(ids).find(([id]) => id === name)?.[1] ?? "",
  );
  for (const there of [target, `${target}?unknown=1`]) {
    const get = await api.call("GET", there);
    const head = await api.call("HEAD", there);
    expect(head).toEqual(get);
  }
});
