/** What the training pages show, as the API describes it. */
import type { components } from "../../../client/client";

type Schemas = components["schemas"];
export type TrainingJob = Schemas["TrainingJob"];
export type TrainingMetrics = Schemas["TrainingMetrics"];
export type EpochMetrics = TrainingMetrics["items"][number];
export type SampleList = Schemas["SampleList"];
export type Sample = SampleList["items"][number];
export type TrainingTopics = Schemas["TrainingTopics"];
export type Topics = NonNullable<Schemas["CreateTrainingJob"]["topics"]>;
