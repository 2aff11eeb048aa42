/** The schemas of resources' ids and of files' digests. */
import * as z from "zod";
import { ulidPattern } from "../../naming/resource-names";

export const ulidSchema = z.string().regex(ulidPattern);
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
