import type { OperationsOf } from "../../http/bind-operations";
import { getHealth } from "./get-health";
import { getOpenApiDocument } from "./get-openapi-document";
import { getSampleMelodyMidi } from "./get-sample-melody-midi";
import { listSampleMelodies } from "./list-sample-melodies";
import { listTechniques } from "./list-techniques";

export const discoveryOperations = {
  getHealth,
  getOpenApiDocument,
  listTechniques,
  listSampleMelodies,
  getSampleMelodyMidi,
} satisfies OperationsOf<"discovery">;
