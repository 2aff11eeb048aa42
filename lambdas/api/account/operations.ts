import type { OperationsOf } from "../../http/bind-operations";
import { eraseUserData } from "./erase-user-data";
import { getUserData } from "./get-user-data";

export const accountOperations = { eraseUserData, getUserData } satisfies OperationsOf<"account">;
