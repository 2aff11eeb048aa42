import * as z from "zod";
import { erasureStates } from "../../states/erasure-state";
import { idSchema, instantSchema } from "./shared";

const objectCounts = {
  artifacts: z.int().min(0).meta({ description: "Of what is kept: music, models, samples." }),
  work: z.int().min(0).meta({ description: "Of what work under way needs: checkpoints, uploads." }),
};

const erasureSchema = z
  .object({
    id: idSchema,
    state: z.enum(erasureStates).meta({
      description:
        "PENDING: nobody has looked yet. STOPPING: trainings are being stopped, or a composition is being made. ERASING: " +
        "something is left. WATCHING: nothing is left, and what a request or a URL of before may still write is waited for, until " +
        "`watchedUntil`. ERASED: nothing came, and `proof` says where nothing was found.",
    }),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    left: z
      .object({
        items: z
          .record(z.string(), z.int())
          .meta({ description: "Rows of the table by their kind, such as TRACK, COMPOSITION, MODEL or TRAINING_JOB." }),
        objects: z
          .object(objectCounts)
          .meta({ description: "Versions and delete markers of files, by what their bucket is for." }),
      })
      .nullable()
      .meta({ description: "What was left at the last look. Null means that nobody has looked yet." }),
    watchedUntil: instantSchema.optional(),
    proof: z
      .object({
        seenEmptyAt: instantSchema,
        partitions: z.array(z.string()).meta({ description: "The partitions of the table in which there was no row." }),
        prefixes: z
          .array(z.object({ bucket: z.enum(["artifacts", "work"]), prefix: z.string() }))
          .meta({ description: "The prefixes under which there was no version and no delete marker of any file." }),
      })
      .optional()
      .meta({ description: "Where the last look found nothing. It is kept for 90 days." }),
  })
  .meta({ id: "Erasure" });

export const userDataSchema = z
  .object({
    erasure: erasureSchema.nullable().meta({
      description:
        "The latest erasure of everything that is yours. Null means that none was asked for, or that its proof has expired.",
    }),
  })
  .meta({ id: "UserData" });
export type UserDataResource = z.infer<typeof userDataSchema>;
