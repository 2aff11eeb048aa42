/** The edits by which a piece was made, as the API gives them. */
import type { ApiClient, CallResult, components } from "../../../client/client";

type EditEventList = components["schemas"]["EditEventList"];

export const compositionEditEvents =
  (compositionId: string) =>
  async (api: ApiClient, signal: AbortSignal): Promise<CallResult<EditEventList>> =>
    await api.GET("/compositions/{compositionId}/edit-events", { params: { path: { compositionId } }, signal });
