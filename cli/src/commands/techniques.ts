/** Which technique, model and parameters a command means. */
import type { components, CreateComposition } from "../../../client/client";
import { type Parameter, type ParameterValue, readParameters } from "../assignments";
import { usageError } from "../exit-codes";
import { load } from "../requests";
import { apiOf, type Run } from "./run";

export type TechniqueId = CreateComposition["technique"];
type Model = components["schemas"]["Model"];

/** The technique of a composition for which neither technique nor model is given. */
const usualTechnique = "unet-gan";

/** What is composed with. A technique that the API does not know is sent to it, so that it names those that there are. */
export interface Choice {
  readonly technique: TechniqueId;
  readonly modelId?: string;
}

/** The API judges the text: it lists the techniques in its error. */
const asTechnique = (text: string): TechniqueId => text as TechniqueId;

/**
 * Returns what to compose with. A model may be given by its id or its name; without one it is the stock model of the
 * technique.
 *
 * @throws CommandError if the technique has no stock model, or if two models have the name
 */
export async function chooseModel(
  run: Run,
  given: { readonly technique?: string | undefined; readonly model?: string | undefined },
): Promise<Choice> {
  const api = apiOf(run);
  if (given.model !== undefined) {
    const model = await findModel(run, given.model);
    return {
      technique: asTechnique(given.technique ?? model?.technique ?? usualTechnique),
      modelId: model?.id ?? given.model,
    };
  }
  const technique = asTechnique(given.technique ?? usualTechnique);
  const { items } = await load(run.terminal, async () => await api.GET("/techniques", { signal: run.terminal.signal }));
  const known = items.find(({ id }) => id === technique);
  if (known?.byRule !== false) return { technique };
  const models = await load(
    run.terminal,
    async () =>
      await api.GET("/models", { params: { query: { stock: "true", limit: 100 } }, signal: run.terminal.signal }),
  );
  const stock = models.items.find((model) => model.technique === technique);
  if (stock === undefined)
    throw usageError(`The technique ${technique} has no stock model here; name one with --model.`);
  return { technique, modelId: stock.id };
}

/** Returns the model with an id or, if there is none, with a name; undefined if there is neither. */
async function findModel(run: Run, given: string): Promise<Model | undefined> {
  const api = apiOf(run);
  const { signal } = run.terminal;
  const byId = await api.GET("/models/{modelId}", { params: { path: { modelId: given } }, signal });
  if (byId.data !== undefined) return byId.data;
  const named = await load(
    run.terminal,
    async () => await api.GET("/models", { params: { query: { q: given, limit: 100 } }, signal }),
  );
  const found = named.items.filter(({ name }) => name === given);
  if (found.length > 1) {
    const list = found.map(({ id, createdAt }) => `  ${id} of ${createdAt}`).join("\n");
    throw usageError(`There are ${found.length} models with the name "${given}"; give the id of one:\n${list}`);
  }
  return found[0];
}

/** Returns the parameters or hyperparameters of a technique. One that does not exist has none. */
export async function parametersOf(
  run: Run,
  technique: string,
  kind: "parameters" | "hyperparameters",
): Promise<readonly Parameter[]> {
  const api = apiOf(run);
  const { items } = await load(run.terminal, async () => await api.GET("/techniques", { signal: run.terminal.signal }));
  return items.find(({ id }) => id === technique)?.[kind] ?? [];
}

/** Returns the values of `--param`, by the types of the technique; undefined where none are given. */
export async function givenParameters(
  run: Run,
  params: {
    readonly technique: string;
    readonly kind: "parameters" | "hyperparameters";
    readonly given: readonly string[] | undefined;
  },
): Promise<Readonly<Record<string, ParameterValue>> | undefined> {
  if (params.given === undefined) return undefined;
  return readParameters(params.given, await parametersOf(run, params.technique, params.kind));
}
