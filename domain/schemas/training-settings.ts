import * as z from "zod";
import { techniqueIds } from "../../naming/resource-names";

/** What the stage's configuration decides about training; the constructs pass it as the TRAINING_SETTINGS variable. */
export const trainingSettingsSchema = z.strictObject({
  images: z.record(z.enum(techniqueIds), z.string().min(1).max(255)),
  roleArn: z.string().min(1),
  instanceType: z.string().regex(/^ml\./),
  volumeSizeGb: z.int().min(1).max(1024),
  useSpot: z.boolean(),
  /** How many training jobs of this deployment may run at once. */
  slots: z.int().min(1).max(100),
  runtimeLimitSeconds: z.int().min(60).max(86_400),
  /** How long a job may wait for a slot. */
  queueDeadlineSeconds: z.int().min(1),
  /** How long a job may wait for capacity after SageMaker has refused it. */
  capacityDeadlineSeconds: z.int().min(1),
  /** A slot that was not renewed for this long may be reclaimed. */
  slotLeaseSeconds: z.int().min(10),
  /**
   * Seconds between two monitoring turns: the first ones for so long, then in proportion to how long the job has run, up
   * to the later ones. An early failure is seen early, and a long run leaves few history events.
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
