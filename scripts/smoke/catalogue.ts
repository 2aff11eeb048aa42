/** The first steps of a run: it signs in, and reads what the stage has to compose with. */
import type { components } from "../../client/client";
import { send, sendPages } from "./requests";
import type { Run } from "./run";
import { type Found, StepFailed } from "./step";

export type Technique = components["schemas"]["Technique"];

/** A technique with models, which can be trained. */
export type TrainedTechnique = Technique & { id: components["schemas"]["CreateTrainingJob"]["technique"] };

export const hasModels = (technique: Technique): technique is TrainedTechnique => !technique.byRule;

/** Signs in, and sends a request that needs the token. */
export async function signInToApi({ api, sending, signIn }: Run): Promise<void> {
  await signIn();
  const query = { limit: 1 };
  await send("GET /tracks", async (signal) => await api.GET("/tracks", { params: { query }, signal }), sending);
}

/** Signs in, and lists the techniques. */
export async function listTechniques(run: Run): Promise<Found<readonly [Technique, ...Technique[]]>> {
  const { api, sending } = run;
  await signInToApi(run);
  const { items } = await send("GET /techniques", async (signal) => await api.GET("/techniques", { signal }), sending);
  const [first, ...others] = items;
  if (first === undefined) throw new StepFailed("NO_TECHNIQUE", "the API lists no technique");
  return {
    value: [first, ...others],
    found: `the API takes the token; it has ${items.map(({ id }) => id).join(", ")}`,
  };
}

/** Returns the id of a stock model by technique, where there is one. */
export async function findStockModels(
  run: Run,
  techniques: readonly Technique[],
): Promise<Found<ReadonlyMap<string, string>>> {
  const { api, sending } = run;
  const all = await sendPages(
    "GET /models",
    async (query, signal) => await api.GET("/models", { params: { query }, signal }),
    sending,
  );
  const models = new Map(
    techniques.flatMap(({ id }) => {
      const model = all.find(({ stock, technique }) => stock && technique === id);
      return model === undefined ? [] : [[id, model.id] as const];
    }),
  );
  const found = models.size === 0 ? "none" : [...models.values()].join(", ");
  return { value: models, found };
}
