import { techniques } from "../../../domain/techniques/registry";
import type { Technique } from "../../../domain/techniques/technique";
import { techniqueIds } from "../../../naming/resource-names";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";

/** Returns the description of a technique in its shape of the API. */
export function describedTechnique(technique: Technique) {
  const {
    id,
    name,
    description,
    byRule,
    extends: goesOn,
    hearsTracks,
    timeSignatures,
    parameters,
    hyperparameters,
  } = technique;
  return {
    id,
    name,
    description,
    byRule,
    extends: goesOn,
    hearsTracks,
    timeSignatures,
    parameters,
    hyperparameters,
  };
}

/** Lists the techniques with all their parameters. Clients make forms, command-line flags and checks of them. */
export async function listTechniques({ request }: { readonly request: Request }): Promise<Response> {
  requireNoQuery(request);
  const items = techniqueIds.map((technique) => describedTechnique(techniques[technique]));
  return jsonResponse({ status: 200, body: { items }, headers: { "cache-control": "public, max-age=60" } });
}
