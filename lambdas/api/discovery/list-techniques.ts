import { techniques } from "../../../domain/techniques/registry";
import type { Technique } from "../../../domain/techniques/technique";
import { techniqueIds } from "../../../naming/resource-names";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";

/** Returns what the API says of a technique. */
export function describedTechnique({ id, name, description, parameters, hyperparameters }: Technique) {
  return { id, name, description, parameters, hyperparameters };
}

/** Self-describing: forms, command-line flags and checks are made from what stands here. */
export async function listTechniques({ request }: { readonly request: Request }): Promise<Response> {
  requireNoQuery(request);
  const items = techniqueIds.map((technique) => describedTechnique(techniques[technique]));
  return jsonResponse({ status: 200, body: { items }, headers: { "cache-control": "public, max-age=60" } });
}
