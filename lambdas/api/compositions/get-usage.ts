import type { UserQuotas } from "../../../domain/schemas/user-quotas";
import { taggedByContent } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { QuotaCounters } from "../../stores/quotas";

export interface GetUsageParams {
  readonly request: Request;
  readonly quotas: UserQuotas;
  readonly quotaCounters: QuotaCounters;
}

/**
 * Returns the caller's quotas, and what is used of each. The function of compositions serves it, because it has the
 * quotas already and may read the table.
 */
export async function getUsage({ request, quotas, quotaCounters }: GetUsageParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  return await taggedByContent({ request, body: { quotas, used: await quotaCounters.usedBy(sub) } });
}
