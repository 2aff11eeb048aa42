/** Binds operations to their dependencies, so that each takes a request only. */
import type { ApiCapability, OperationId, OperationOf } from "../../naming/api-routes";
import type { Request } from "./request";
import type { Response } from "./response";
import type { Operation } from "./with-http";

/** Operations by their ids. Each takes its request beside its dependencies. */
type UnboundOperations<Id extends OperationId, Dependencies> = Readonly<
  Record<Id, (params: Dependencies & { readonly request: Request }) => Promise<Response>>
>;

/** All operations of a capability. A missing one does not compile, nor does one of another capability. */
export type OperationsOf<C extends ApiCapability> = UnboundOperations<OperationOf<C>, never>;

/** Returns the operations as `withHttp` calls them. A dependency that one of them lacks does not compile. */
export function bindOperations<Id extends OperationId, Dependencies extends object>(
  operations: UnboundOperations<Id, NoInfer<Dependencies>>,
  dependencies: Dependencies,
): Readonly<Partial<Record<OperationId, Operation>>> {
  const bound = Object.entries<UnboundOperations<Id, Dependencies>[Id]>(operations).map(
    ([id, operation]): [string, Operation] => [id, async (request) => await operation({ ...dependencies, request })],
  );
  return Object.fromEntries(bound);
}
