/** Gives operations what they depend on, so that each is left with its request. */
import type { ApiCapability, OperationId, OperationOf } from "../../naming/api-routes";
import type { Request } from "./request";
import type { Response } from "./response";
import type { Operation } from "./with-http";

/** Operations by their id, each as it is written: it takes its request beside its dependencies. */
type UnboundOperations<Id extends OperationId, Dependencies> = Readonly<
  Record<Id, (params: Dependencies & { readonly request: Request }) => Promise<Response>>
>;

/** A missing operation of the capability does not compile, nor does one of another. */
export type OperationsOf<C extends ApiCapability> = UnboundOperations<OperationOf<C>, never>;

/** The operations as `withHttp` calls them. A dependency that one of them lacks does not compile. */
export function bindOperations<Id extends OperationId, Dependencies extends object>(
  operations: UnboundOperations<Id, NoInfer<Dependencies>>,
  dependencies: Dependencies,
): Readonly<Partial<Record<OperationId, Operation>>> {
  const bound = Object.entries<UnboundOperations<Id, Dependencies>[Id]>(operations).map(
    ([id, operation]): [string, Operation] => [id, async (request) => await operation({ ...dependencies, request })],
  );
  return Object.fromEntries(bound);
}
