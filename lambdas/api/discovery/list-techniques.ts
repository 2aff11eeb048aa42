import { techniqueIds } from "../../../naming/resource-names";
import { techniques } from "../../../domain/techniques/registry";
import type { Technique } from "../../../domain/techniques/technique";
import { jsonAnswer, type Answer } from "../../http/answer";
import type { Request } from "../../http/request";
import { requireNoQuery } from "../../http/query-names";

/** Returns what the API says of a technique. */
export function describedTechnique({ id, name, description, parameters, hyperparameters }: Technique) {
  return { id, name, description, parameters, hyperparameters };
}

/** Self-describing: forms, command-line flags and checks are made from what stands here. */
export async function listTechniques({ request }: { readonly request: Request }): Promise<Answer> {
  requireNoQuery(request);
  const items = techniqueIds.map((technique) => describedTechnique(techniques[technique]));
  return jsonAnswer({ status: 200, body: { items }, headers: { "cache-control": "public, max-age=60" } });
}
