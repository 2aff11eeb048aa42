import type { OperationsOf } from "../../http/bind-operations";
import { eraseUserData } from "./erase-user-data";
import { getErasure } from "./get-erasure";

export const accountOperations = { eraseUserData, getErasure } satisfies OperationsOf<"account">;
