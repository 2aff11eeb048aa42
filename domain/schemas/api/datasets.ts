import * as z from "zod";
import { datasetLimits } from "../../datasets/limits";
import { lineUps, missingLineUpCodes } from "../../music/extraction/line-ups";
import { trackOverrideSchema, trackRoles } from "../../music/extraction/role-overrides";
import { trainableTimeSignatures } from "../../music/time-signatures";
import {
  barsByTimeSignatureSchema,
  datasetStates,
  datasetVersionStates,
  fileCountsSchema,
  licenseKinds,
  lineUpsSchema,
  rightsStatement,
  tagSources,
  tagsSchema,
  versionContentSchema,
} from "../dataset-parts";
import {
  failureResponseSchema,
  idSchema,
  instantSchema,
  listQuerySchema,
  nameSchema,
  pageOf,
  sha256Schema,
  textSchema,
} from "./shared";
import { topicsSchema } from "./topics";

const { fileBytes, files: maxFiles, bytes: maxBytes, pathBytes, folders, tagValuesOfPiece } = datasetLimits;

/** The maximum number of files that one request offers. */
export const maxOfferedFiles = 100;

const licenseShape = {
  kind: z.enum(licenseKinds).meta({
    description:
      "Why you may train on the files: you made them, they are in the public domain, their license allows it, or their authors gave you permission.",
  }),
  spdx: z
    .string()
    .regex(/^[A-Za-z0-9.+-]{1,64}$/)
    .optional()
    .meta({ description: "The license's SPDX identifier, if it has one.", example: "CC0-1.0" }),
  text: textSchema(2_000).meta({
    description: "Your statement in words. Cards of models that are trained on the set carry it.",
  }),
  source: textSchema(500).optional().meta({ description: "Where the files come from, for example an address." }),
};

const { archiveBytes, archiveEntries } = datasetLimits;
/** An empty ZIP archive has so many bytes. */
const minArchiveBytes = 22;

const tagsFromSchema = z.enum(tagSources).meta({
  description:
    "Where the tags of the archive's files come from: the names of their folders (tag `folder`), the table `tags.csv` at the top of the archive or in the one " +
    "folder that holds everything (a column `path`, and one for each tag, with `;` between values), or nowhere.",
});

const archiveSchema = z
  .object({
    sha256: sha256Schema,
    bytes: z.int(),
    tagsFrom: tagsFromSchema,
    state: z.enum(["pending", "reading", "read", "refused"]).meta({
      description:
        "`pending`: it was offered, and has not arrived or is not opened yet. `reading`: its files are being read, and count as pending. `read`: all of them are. " +
        "`refused`: nothing of it is taken, and `code` and `reason` say why.",
    }),
    offeredAt: instantSchema.meta({ description: "When you were last told where to send it." }),
    entries: z
      .object({
        all: z.int().meta({ description: "The number of its files." }),
        read: z.int().meta({ description: "How many of them were read or rejected." }),
        leftOut: z.int().meta({ description: "Folders and files that systems make, such as `__MACOSX/`." }),
        tagsWithoutFile: z.int().meta({ description: "The number of paths in `tags.csv` that no file has." }),
      })
      .optional(),
    code: z.string().optional(),
    reason: z.string().optional().meta({ description: "Why it is refused, in a sentence for people." }),
  })
  .meta({ id: "DatasetArchive", description: "The archive that was offered last. Only one is read at a time." });

const descriptionSchema = textSchema(1_000).meta({ description: "What is in the data set, for its owner." });

export const createDatasetSchema = z
  .strictObject({
    name: nameSchema,
    description: descriptionSchema.optional(),
    license: z.strictObject({
      ...licenseShape,
      confirmsRights: z.literal(true).meta({ description: `You confirm: "${rightsStatement}"` }),
    }),
  })
  .meta({ id: "CreateDataset" });

export const updateDatasetSchema = z
  .strictObject({ name: nameSchema.optional(), description: descriptionSchema.optional() })
  .meta({ id: "UpdateDataset", minProperties: 1 });

export const datasetSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    description: z.string().optional(),
    state: z.enum(datasetStates),
    license: z.object({
      ...licenseShape,
      confirmedAt: instantSchema.meta({ description: "When you confirmed that you have the rights." }),
      statementVersion: z.int().meta({ description: "The version of the sentence that you confirmed." }),
    }),
    files: fileCountsSchema.meta({
      description:
        "How many files are expected or being read (`pending`), were read and give pieces (`accepted`), or give none (`rejected`). While " +
        "files are read the data set changes, so poll it with `If-None-Match`.",
    }),
    bytes: z.int().min(0).meta({ description: "The bytes of all these files." }),
    bars: barsByTimeSignatureSchema.meta({
      description: "The bars of the accepted files by time signature. `other` are those in which no piece can be.",
    }),
    lineUps: lineUpsSchema.meta({
      description:
        "What there is for each line-up: how many of the accepted files have it, and how many pieces and bars they give. `lines` are four lines; `band` is " +
        "melody, chords, bass and drums; `trio` is a band without drums.",
    }),
    reasons: z
      .record(z.string(), z.int().min(1))
      .meta({ description: "How many files were rejected, by the code of the reason." }),
    versions: z
      .int()
      .min(0)
      .meta({
        description: `How many versions were asked for: at most ${datasetLimits.versionsOfDataset}.`,
      }),
    archive: archiveSchema.optional(),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: "Dataset" });
export type DatasetResource = z.infer<typeof datasetSchema>;
export const datasetListSchema = pageOf(datasetSchema, "DatasetList");

const pathDescription =
  `What the file is called, with its folders, at most ${pathBytes} bytes in UTF-8 and ${folders} folders. It is a label: a file that has another ` +
  "file's bytes is the same file, and keeps the path with which it was offered first.";

export const offerDatasetFilesSchema = z
  .strictObject({
    files: z
      .array(
        z.strictObject({
          path: z.string().max(4_096).meta({ description: pathDescription, example: "rock/anthem.mid" }),
          bytes: z
            .int()
            .min(0)
            .meta({ description: `The file's size, ${fileBytes.min} to ${fileBytes.max} bytes.` }),
          sha256: sha256Schema.meta({
            description: "The digest of the file's bytes, as 64 hex digits in small letters.",
          }),
          tags: tagsSchema.optional().meta({
            description: `Values by tag, at most ${tagValuesOfPiece} values in all.`,
            example: { genre: ["rock"] },
          }),
        }),
      )
      .min(1)
      .max(maxOfferedFiles),
  })
  .meta({ id: "OfferDatasetFiles" });

const answerShape = { path: z.string(), sha256: sha256Schema };
export const offeredFileListSchema = z
  .object({
    items: z
      .array(
        z.discriminatedUnion("kind", [
          z.object({ ...answerShape, kind: z.literal("known") }).meta({ id: "KnownFile" }),
          z
            .object({
              ...answerShape,
              kind: z.literal("upload"),
              url: z.url().meta({ description: "Where to PUT the file. It works for these bytes alone, once." }),
              headers: z.record(z.string(), z.string()).meta({
                description: "Headers that the PUT must have, besides Content-Length, which clients set themselves.",
              }),
              expiresAt: instantSchema,
            })
            .meta({ id: "FileToUpload" }),
          z
            .object({
              ...answerShape,
              kind: z.literal("rejected"),
              code: z.string(),
              reason: z.string().meta({ description: "A sentence for people." }),
            })
            .meta({ id: "RejectedOffer" }),
        ]),
      )
      .meta({ description: "What is to be done for each file of the request, in the request's order." }),
  })
  .meta({ id: "OfferedFileList" });
export type OfferAnswer = z.infer<typeof offeredFileListSchema>["items"][number];

export const offerDatasetArchiveSchema = z
  .strictObject({
    bytes: z.int().min(minArchiveBytes).max(archiveBytes).meta({ description: "The archive's size." }),
    sha256: sha256Schema.meta({ description: "The digest of the archive's bytes, as 64 hex digits in small letters." }),
    tagsFrom: tagsFromSchema,
  })
  .meta({ id: "OfferDatasetArchive" });

export const offeredArchiveSchema = z
  .discriminatedUnion("kind", [
    z.object({ sha256: sha256Schema, kind: z.literal("known") }).meta({ id: "KnownArchive" }),
    z
      .object({
        sha256: sha256Schema,
        kind: z.literal("upload"),
        url: z.url().meta({ description: "Where to PUT the archive. It works for these bytes alone, once." }),
        headers: z.record(z.string(), z.string()).meta({
          description: "Headers that the PUT must have, besides Content-Length, which clients set themselves.",
        }),
        expiresAt: instantSchema,
      })
      .meta({ id: "ArchiveToUpload" }),
    z
      .object({ sha256: sha256Schema, kind: z.literal("rejected"), code: z.string(), reason: z.string() })
      .meta({ id: "RejectedArchive" }),
  ])
  .meta({ id: "OfferedArchive" });
export type ArchiveOffer = z.infer<typeof offeredArchiveSchema>;

export const datasetFileListQuerySchema = z.strictObject({
  ...listQuerySchema.pick({ limit: true, cursor: true }).shape,
  state: z.enum(["pending", "accepted", "rejected"]).optional().meta({
    description: "Only files in this state are listed. Without it, all are: accepted, then pending, then rejected.",
  }),
});

export const datasetFileSchema = z
  .object({
    sha256: sha256Schema,
    path: z.string(),
    bytes: z.int(),
    tags: tagsSchema,
    state: z.enum(["pending", "accepted", "rejected"]),
    bars: barsByTimeSignatureSchema.optional().meta({ description: "The bars of an accepted file by time signature." }),
    lineUps: lineUpsSchema
      .optional()
      .meta({ description: "What an accepted file gives for each line-up. `files` is always 1." }),
    code: z.string().optional().meta({ description: "Why the file is rejected." }),
    reason: z.string().optional().meta({ description: "The same in a sentence for people." }),
  })
  .meta({ id: "DatasetFile" });

/** The maximum number of rules that the owner of a file states for its tracks. */
export const maxOverrides = 100;
const overridesSchema = z
  .array(trackOverrideSchema)
  .max(maxOverrides)
  .meta({
    description:
      "What you say of tracks. It holds instead of the rule that chooses their roles, and the first that matches a track counts. An empty list leaves all to the rule.",
    example: [{ trackName: "*lead*", role: "melody" }],
  });

export const overrideDatasetFileSchema = z
  .strictObject({ overrides: overridesSchema })
  .meta({ id: "OverrideDatasetFile" });

const lineUpReportSchema = z.union([
  z.object({
    pieces: z.int(),
    bars: z.int(),
    windows: z.int().meta({ description: "Stretches of four bars to train on." }),
  }),
  z.object({ code: z.enum(missingLineUpCodes), reason: z.string() }),
]);

export const datasetFileReportSchema = z
  .object({
    tempo: z.number().meta({ description: "Quarter notes a minute at the first note." }),
    bars: z
      .array(z.object({ timeSignature: z.string(), bars: z.int() }))
      .meta({ description: "All bars by time signature." }),
    pieceBars: z.int().meta({ description: "Bars in which pieces can be; two bars of 2/4 are one." }),
    usableBars: z.int().meta({ description: "Those of them that are on the grid." }),
    barsOffGrid: z.int(),
    swing: z.boolean().meta({ description: "True if the music swings. Its off-beats were straightened." }),
    notes: z.int().meta({ description: "Notes in bars of pieces." }),
    notesElsewhere: z.int(),
    notesOff: z.int().meta({ description: "Notes that were a quarter of a sixteenth or more off the grid." }),
    meanMove: z.number().meta({ description: "How far notes were moved to the grid on average, in sixteenths." }),
    maxMove: z.number(),
    chordNotesLeftOut: z.int(),
    hitsLeftOut: z.int(),
    tracks: z.array(
      z.object({
        index: z.int(),
        name: z.string(),
        program: z.int(),
        noteCount: z.int(),
        role: z.enum(trackRoles).meta({ description: "What the track was taken for; `none` if it was left out." }),
        because: z.string().meta({ description: 'Why, as words that follow "it".' }),
        melodyBars: z.int().meta({ description: "The bars in which it is the melody; in others it is chords." }),
      }),
    ),
    lineUps: z.object({ lines: lineUpReportSchema, band: lineUpReportSchema, trio: lineUpReportSchema }),
    changes: z.array(z.string()).meta({ description: "What was mended while the file was read." }),
  })
  .meta({ id: "DatasetFileReport" });

export const reportedDatasetFileSchema = datasetFileSchema
  .extend({
    overrides: overridesSchema.optional(),
    report: datasetFileReportSchema
      .optional()
      .meta({ description: "What was read. A file that is pending, or that cannot be read, has none." }),
    sentences: z
      .array(z.string())
      .optional()
      .meta({ description: "The report in sentences, the most important first." }),
  })
  .meta({ id: "ReportedDatasetFile" });
export type ReportedDatasetFile = z.infer<typeof reportedDatasetFileSchema>;

export type DatasetFileResource = z.infer<typeof datasetFileSchema>;
export const datasetFileListSchema = pageOf(datasetFileSchema, "DatasetFileList");

export const versionIdSchema = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .meta({ description: "16 hex digits, made of the content: the same files in the same line-up have the same id." });

export const createDatasetVersionSchema = z
  .strictObject({
    lineUp: z.enum(lineUps).meta({
      description:
        "The voices of the version's pieces: `lines` are four lines, `band` is melody, chords, bass and drums, and `trio` is a band without drums.",
    }),
    tags: topicsSchema.optional().meta({
      description: "Only files that have, for each of these tags, one of its values. Without tags all files are taken.",
      example: { genre: ["rock"] },
    }),
    metre: z
      .enum(trainableTimeSignatures)
      .optional()
      .meta({
        description:
          "The time signature of the version's pieces, because a model learns one. Without it, 4/4. Bars of 2/4 are joined in pairs to bars of 4/4; others are " +
          "counted and left out.",
      }),
  })
  .meta({ id: "CreateDatasetVersion" });

export const datasetVersionSchema = z
  .object({
    id: versionIdSchema,
    datasetId: idSchema,
    state: z.enum(datasetVersionStates).meta({
      description:
        "FREEZING until it is made; then READY, and it never changes. FAILED if nothing could be made; `failure` says why.",
    }),
    lineUp: z.enum(lineUps),
    metre: z.enum(trainableTimeSignatures).meta({ description: "The time signature of its pieces." }),
    tags: tagsSchema.optional().meta({ description: "The tags by which its files were chosen." }),
    files: z.int().meta({ description: "The number of files of which it is made." }),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    content: z
      .object(versionContentSchema.shape)
      .optional()
      .meta({
        description:
          "What is in a version that is ready: its digest, pieces and bars, also by split; the bars in other time signatures that are left out; how many files " +
          "have the notes of another one; its voices with their instruments (MIDI programs); and how many values each tag has.",
      }),
    failure: failureResponseSchema.optional(),
  })
  .meta({ id: "DatasetVersion" });
export type DatasetVersionResource = z.infer<typeof datasetVersionSchema>;
export const datasetVersionListSchema = z
  .object({ items: z.array(datasetVersionSchema) })
  .meta({ id: "DatasetVersionList", description: "All versions, the newest first." });

/** How much an archive may hold, for the document. */
export const archiveLimitsInWords = `at most ${archiveBytes / 1024 ** 2} MiB and ${archiveEntries} entries`;

/** How much a data set may hold, for the document. */
export const datasetLimitsInWords = `at most ${maxFiles} files and ${maxBytes / 1024 ** 2} MiB together`;
