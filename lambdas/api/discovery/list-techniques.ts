import { techniqueIds } from "../../../domain/names/resource-names";
import { techniques } from "../../../domain/techniques/registry";
import { jsonAnswer, type Answer } from "../../http/answer";
import type { Request } from "../../http/request";
import { requireNoQuery } from "../../http/query-names";

/** Self-describing: forms, command-line flags and checks are made from what stands here. */
export async function listTechniques({ request }: { readonly request: Request }): Promise<Answer> {
  requireNoQuery(request);
  const items = techniqueIds.map((technique) => {
    const { id, name, description, parameters, hyperparameters } = techniques[technique];
    return { id, name, description, parameters, hyperparameters };
  });
  return jsonAnswer({ status: 200, body: { items }, headers: { "cache-control": "public, max-age=60" } });
}
