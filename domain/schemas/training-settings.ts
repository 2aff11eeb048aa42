import * as z from "zod";
import { trainedTechniqueIds } from "../../naming/resource-names";

/**
 * The settings of training that a stage's configuration decides. The constructs pass them in the TRAINING_SETTINGS
 * variable.
 */
export const trainingSettingsSchema = z.strictObject({
  images: z.record(z.enum(trainedTechniqueIds), z.string().min(1).max(255)),
  roleArn: z.string().min(1),
  instanceType: z.string().regex(/^ml\./),
  volumeSizeGb: z.int().min(1).max(1024),
  useSpot: z.boolean(),
  /** The maximum number of training jobs of this deployment that run at once. */
  slots: z.int().min(1).max(100),
  runtimeLimitSeconds: z.int().min(60).max(86_400),
  /** Seconds that a job may wait for a slot. */
  queueDeadlineSeconds: z.int().min(1),
  /** Seconds that a job may wait for capacity after SageMaker has refused it. */
  capacityDeadlineSeconds: z.int().min(1),
  /** Seconds without renewal after which a slot may be reclaimed. */
  slotLeaseSeconds: z.int().min(10),
  /**
   * Seconds between two monitoring turns. They begin with the first value, then grow in proportion to the time that the
   * job has run, up to the later value. So an early failure is seen early, and a long run leaves few history events.
   */
  monitor: z.strictObject({
    firstSeconds: z.int().min(1),
    laterSeconds: z.int().min(1),
    firstForSeconds: z.int().min(0),
  }),
  /** Seconds between two tries for a slot or for capacity. */
  waitSeconds: z.int().min(1),
});
export type TrainingSettings = z.infer<typeof trainingSettingsSchema>;
