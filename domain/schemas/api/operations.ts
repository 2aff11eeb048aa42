/**
 * Describes each route for the OpenAPI document. Only the document's generator reads this; handlers import the schemas
 * themselves.
 */
import * as z from "zod";
import { addsData, apiRoutes, type OperationId } from "../../../naming/api-routes";
import { editEventColumnsType } from "../../../naming/media-types";
import {
  compositionListQuerySchema,
  compositionListSchema,
  compositionMidiQuerySchema,
  compositionSchema,
  createCompositionSchema,
  editEventColumnsSchema,
  editEventListSchema,
  updateCompositionSchema,
} from "./compositions";
import {
  archiveLimitsInWords,
  createDatasetSchema,
  createDatasetVersionSchema,
  datasetFileListQuerySchema,
  datasetFileListSchema,
  datasetLimitsInWords,
  datasetListSchema,
  datasetSchema,
  datasetVersionListSchema,
  datasetVersionSchema,
  offerDatasetArchiveSchema,
  offerDatasetFilesSchema,
  offeredArchiveSchema,
  offeredFileListSchema,
  overrideDatasetFileSchema,
  reportedDatasetFileSchema,
  updateDatasetSchema,
  versionIdSchema,
} from "./datasets";
import { healthSchema, sampleMelodyListSchema, techniqueListSchema } from "./discovery";
import { userDataSchema } from "./erasure";
import { modelListQuerySchema, modelListSchema, modelSampleListSchema, modelSchema, updateModelSchema } from "./models";
import type { ProblemCode } from "./problem-codes";
import { rateCompositionSchema, techniqueRatingListSchema } from "./ratings";
import { idSchema, listQuerySchema, sha256Schema } from "./shared";
import { compositionShareSchema, shareCompositionSchema, sharedCompositionSchema, shareTokenSchema } from "./shares";
import { createTrackQuerySchema, trackListSchema, trackSchema, updateTrackSchema } from "./tracks";
import {
  createTrainingJobSchema,
  sampleListSchema,
  trainingEstimateSchema,
  trainingJobListQuerySchema,
  trainingJobListSchema,
  trainingJobSchema,
  trainingMetricsQuerySchema,
  trainingMetricsSchema,
  trainingSamplesQuerySchema,
  trainingTopicsQuerySchema,
  trainingTopicsSchema,
} from "./training";
import { usageSchema } from "./usage";

export interface OperationDescription {
  readonly summary: string;
  readonly description?: string;
  readonly pathParameters?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Query parameters whose names are data, such as one for each tag. */
  readonly freeQuery?: { readonly name: string; readonly description: string };
  /** The body's schema. `midi` means a file's bytes, and `upload` the bytes or a form with the file. */
  readonly body?: z.ZodType | "midi" | "upload";
  readonly status: 200 | 201 | 202 | 204;
  /** True if the response is 200 with the same body where nothing needs to be done, because it is done already. */
  readonly mayBeDone?: true;
  /**
   * The response's schema. `midi` means the file's bytes, or a presigned URL for clients that accept JSON; `midi-bytes`
   * means the bytes alone, of a file that is in no bucket.
   */
  readonly response?: z.ZodType | "midi" | "midi-bytes" | "openapi";
  /** Other forms of the response by the media type with which a client asks for them (`Accept`). */
  readonly otherForms?: Readonly<Record<string, z.ZodType>>;
  /** True if the response is compressed for clients that accept it (`Accept-Encoding`). */
  readonly compressed?: true;
  /** True if the response carries an ETag: a GET may respond with 304 to If-None-Match, a change with 412 to If-Match. */
  readonly tagged?: true;
  readonly located?: true;
  /** True if the response says when to ask again, as long as there is something to wait for. */
  readonly polled?: true;
  readonly idempotent?: true;
  /** True if a request without If-Match is refused. */
  readonly needsIfMatch?: true;
  /** The codes of the problems besides those of {@link commonProblems}. */
  readonly problems: readonly ProblemCode[];
}

const byTrackId = z.object({ trackId: idSchema });
const byCompositionId = z.object({ compositionId: idSchema });
const byShareToken = z.object({ token: shareTokenSchema });
const byModelId = z.object({ modelId: z.string().min(1).max(64) });
const melodyIdSchema = z.string().regex(/^[a-z0-9-]{1,64}$/);
const byDatasetId = z.object({ datasetId: idSchema });
const byDatasetVersion = z.object({ datasetId: idSchema, versionId: versionIdSchema });
const byDatasetFile = z.object({ datasetId: idSchema, sha256: sha256Schema });
const byTrainingJobId = z.object({ trainingJobId: idSchema });

export const operationDescriptions = {
  getHealth: { summary: "Check that the API responds", status: 200, response: healthSchema, problems: [] },
  getOpenApiDocument: { summary: "Get this document", status: 200, response: "openapi", problems: [] },
  listTechniques: {
    summary: "List the techniques with every parameter and hyperparameter",
    description: "A client can make forms or command-line flags from this response.",
    status: 200,
    response: techniqueListSchema,
    problems: [],
  },
  listSampleMelodies: {
    summary: "List the built-in melodies, which are in the public domain",
    status: 200,
    response: sampleMelodyListSchema,
    problems: [],
  },
  getSampleMelodyMidi: {
    summary: "Get a built-in melody as a MIDI file",
    description: "The response may be kept for a minute (`Cache-Control`). The ETag is the SHA-256 of the bytes.",
    pathParameters: z.object({ sampleMelodyId: z.string().regex(/^[a-z0-9-]{1,64}$/) }),
    status: 200,
    response: "midi-bytes",
    tagged: true,
    problems: ["NOT_FOUND", "NOT_ACCEPTABLE"],
  },

  createTrack: {
    summary: "Upload a MIDI file",
    description:
      "The file is a standard MIDI file of format 0, 1 or 2 with at most 1 MiB. `changes` lists what was altered or ignored. " +
      "The chosen track needs notes in bars of 4/4 (or 2/2, 8/8, 16/16), 3/4, 2/4 or 6/8; a file without a time signature is " +
      "in 4/4. A track without any such bar is refused with `TIME_SIGNATURE_NOT_SUPPORTED`. `usableBars` says which technique " +
      "takes which bars: a model takes the one time signature in which it was trained (`timeSignature` of `GET /models`), the arranger takes all four. Bars are counted from the beginning of the file, so an " +
      "upbeat must stand in a whole bar that begins with rests. Notes need not lie on the grid of sixteenths; they keep " +
      "their ticks and velocities, and only the model hears them on the nearest sixteenth. `trackIndex` chooses one track " +
      "of several. The body is the file, under any of the types listed, or a form (`multipart/form-data`) with the file, " +
      "whose other fields may stand in the form or in the query. Without `name` the track is named as " +
      "the melody in the file, or, where that has no name, as the file in the form. A client that recorded the file, or in " +
      "which it was edited, says so with `origin`, and of which composition it is an edit with `fromComposition` and `fromTrackIndex`.",
    query: createTrackQuerySchema,
    body: "upload",
    status: 201,
    response: trackSchema,
    tagged: true,
    located: true,
    idempotent: true,
    problems: [
      "UNREADABLE_MIDI",
      "TIME_SIGNATURE_NOT_SUPPORTED",
      "TRACK_NOT_FOUND",
      "COMPOSITION_NOT_FOUND",
      "INPUT_NOT_READY",
    ],
  },
  listTracks: {
    summary: "List your tracks",
    query: listQuerySchema,
    status: 200,
    response: trackListSchema,
    tagged: true,
    problems: ["INVALID_CURSOR"],
  },
  getTrack: {
    summary: "Get a track",
    pathParameters: byTrackId,
    status: 200,
    response: trackSchema,
    tagged: true,
    problems: ["NOT_FOUND"],
  },
  updateTrack: {
    summary: "Rename a track",
    pathParameters: byTrackId,
    body: updateTrackSchema,
    status: 200,
    response: trackSchema,
    tagged: true,
    problems: ["NOT_FOUND", "CONFLICT", "VERSION_MISMATCH"],
  },
  deleteTrack: {
    summary: "Delete a track",
    pathParameters: byTrackId,
    status: 204,
    problems: ["NOT_FOUND", "IN_USE", "CONFLICT", "VERSION_MISMATCH"],
  },
  getTrackMidi: {
    summary: "Get the MIDI file of a track as it was uploaded",
    description:
      "The file is the upload, byte for byte, with all its tracks; `trackIndex` of the track says which one is the melody. With " +
      "`Accept: application/json` the response is a short-lived URL of the file. The ETag is the SHA-256 of the bytes.",
    pathParameters: byTrackId,
    status: 200,
    response: "midi",
    tagged: true,
    problems: ["NOT_FOUND", "NOT_ACCEPTABLE", "FILE_LOST"],
  },

  createComposition: {
    summary: "Create a composition",
    description:
      "The response comes at once, and the piece is made afterwards: ask for the path in `Location` until the state is " +
      "COMPLETED or FAILED. " +
      "Equal seed, model, input and options give equal music, unless a remark says that time ran out. A technique that adds to the melody keeps it note for note " +
      "as track 0 and writes the other tracks; one that re-writes it (`ar-cnn` with `melodyLock` false) writes the whole " +
      "piece as track 0, whose `source` is `generated`; notes that it left alone keep their ticks and velocities. With `inputOptions.allTracks` it " +
      "re-writes a piece of several tracks: the tracks that it changed are `generated`, and a note for which none of them has " +
      "room is in one named Added. One that goes on with its " +
      "input (`extends` of `GET /techniques`) keeps every given note, and its tracks go on after the last one: `transformer` " +
      "hears a whole piece (`input: { compositionId }`), all tracks of a file (`inputOptions.allTracks`), or one track. Every " +
      "track of a finished piece can be the input of the next one: `input: { compositionId, " +
      "trackIndex }`, if the technique takes its time signature. The chosen bars must be in one time signature: that " +
      "in which the model was trained (4/4, 3/4 or 6/8), or for `arranger` one of 4/4, 3/4, 2/4 and 6/8. Other bars are refused with `TIME_SIGNATURE_NOT_SUPPORTED`. " +
      "`unet-gan` accompanies the highest notes of an input that has several at once, and keeps the others.\n\n" +
      "With `variations` the request makes several pieces, or none if it is refused. The response is their list, in the order of their " +
      "seeds, and `Location` is the path of that list (`GET /compositions?variationGroup=…`): follow each piece by its own path, because " +
      "each is COMPLETED or FAILED on its own. Together they count as one unfinished composition (`openCompositions` of `GET /usage`) until the last one " +
      "has ended, and each as one of the compositions that you may keep. Each is the same as a single composition with its seed.",
    body: createCompositionSchema,
    status: 202,
    response: z.union([compositionSchema, compositionListSchema]),
    tagged: true,
    located: true,
    polled: true,
    idempotent: true,
    problems: [
      "MODEL_NOT_FOUND",
      "MODEL_OF_ANOTHER_TECHNIQUE",
      "SAMPLE_MELODY_NOT_FOUND",
      "TRACK_NOT_FOUND",
      "COMPOSITION_NOT_FOUND",
      "INPUT_NOT_READY",
      "INPUT_TOO_LARGE",
      "FILE_LOST",
      "BARS_OUT_OF_RANGE",
      "MELODY_TOO_LONG",
      "MELODY_EMPTY",
      "TIME_SIGNATURE_NOT_SUPPORTED",
      "PITCH_OUT_OF_RANGE",
      "PARAMETERS_NOT_APPLICABLE",
    ],
  },
  listCompositions: {
    summary: "List your compositions",
    query: compositionListQuerySchema,
    status: 200,
    response: compositionListSchema,
    tagged: true,
    problems: ["INVALID_CURSOR"],
  },
  getComposition: {
    summary: "Get a composition",
    pathParameters: byCompositionId,
    status: 200,
    response: compositionSchema,
    tagged: true,
    polled: true,
    problems: ["NOT_FOUND"],
  },
  updateComposition: {
    summary: "Rename a composition, or change its instruments or its performance",
    pathParameters: byCompositionId,
    body: updateCompositionSchema,
    status: 200,
    response: compositionSchema,
    tagged: true,
    polled: true,
    problems: ["NOT_FOUND", "NOT_READY", "CONFLICT", "FILE_LOST", "VERSION_MISMATCH", "PROGRAMS_NOT_APPLICABLE"],
  },
  deleteComposition: {
    summary: "Delete a composition that has ended",
    pathParameters: byCompositionId,
    status: 204,
    problems: ["NOT_FOUND", "NOT_FINAL", "IN_USE", "CONFLICT", "VERSION_MISMATCH"],
  },
  getCompositionMidi: {
    summary: "Get the piece as a MIDI file",
    description:
      "With `Accept: application/json` the response is a short-lived URL of the file. The ETag is the SHA-256 of the bytes. " +
      "`?revision=0` asks for the technique's own piece, if it was corrected.",
    pathParameters: byCompositionId,
    query: compositionMidiQuerySchema,
    status: 200,
    response: "midi",
    tagged: true,
    problems: ["NOT_FOUND", "NOT_ACCEPTABLE", "NOT_READY", "FILE_LOST"],
  },
  getCompositionInputMidi: {
    summary: "Get what a finished piece was made of as a MIDI file",
    description:
      "The file has the melody, or the tracks, that the technique was given: the input after `inputOptions`, so with the tempo, " +
      "the transposition and the bars that were asked for, and on the grid if `rhythmAssist` was. Otherwise notes keep their " +
      "ticks, and the model hears them on the nearest sixteenth. The file is a copy that was kept when the piece was made: it is " +
      "there after the input was changed or deleted. A piece that version 0.2 made has no such copy: the response is 404 " +
      "`INPUT_MIDI_NOT_AVAILABLE`. With `Accept: application/json` the response is a short-lived URL of the file. The ETag is " +
      "the SHA-256 of the bytes.",
    pathParameters: byCompositionId,
    status: 200,
    response: "midi",
    tagged: true,
    problems: ["NOT_FOUND", "INPUT_MIDI_NOT_AVAILABLE", "NOT_ACCEPTABLE", "NOT_READY", "FILE_LOST"],
  },
  correctComposition: {
    summary: "Correct the notes of a finished composition",
    description:
      "The body is the piece as a MIDI file, with the notes as they should be, of at most 1 MiB. `If-Match` is required and " +
      "names the composition's ETag. The file is kept as it is: `GET` gives the same bytes. Notes, " +
      "tempo, time signature, number of bars and instruments are taken from it, and the metrics are measured again, without " +
      "those that only the model can know. A track of the file is the piece's track of the same name, or, if the names do not " +
      "say which, of the same number; one that the file does not have is silent. All bars are in one of the time signatures of pieces, and there " +
      "are at most 64; otherwise the response is `CORRECTION_NOT_APPLICABLE` with every broken field. Later requests work with " +
      "the corrected notes: `PATCH`, which writes the file anew from them, and compositions of which this one is the input. A note " +
      "that stays as it was performed is not performed twice. The edit events still lead to the technique's own piece, which " +
      "`GET …/midi?revision=0` keeps. Sending the present file again changes nothing.",
    pathParameters: byCompositionId,
    body: "midi",
    status: 200,
    response: compositionSchema,
    tagged: true,
    needsIfMatch: true,
    problems: [
      "NOT_FOUND",
      "NOT_READY",
      "CONFLICT",
      "FILE_LOST",
      "VERSION_MISMATCH",
      "UNREADABLE_MIDI",
      "CORRECTION_NOT_APPLICABLE",
      "PRECONDITION_REQUIRED",
    ],
  },
  listCompositionEditEvents: {
    summary: "List the edits by which a composition was made",
    description:
      "The response lists all edits in their order, at most 25,600. An edit adds or removes one cell, a pitch at a " +
      "sixteenth; edits of one `pass` were chosen together. To replay them, put the notes of `GET /compositions/{compositionId}/input/midi`, with " +
      "`allTracks` those of all tracks but drums, on the grid (`round(tick / " +
      "(ticksPerBeat / 4))`, each at least one sixteenth long), then set or clear a cell for each edit: after the last one " +
      "the cells are those of all these tracks of the result, as it was before any correction. `probability` is how likely the model, " +
      "just before the edit, found it that the cell should change. In the example the model moves the input's C (60) at the second sixteenth to D (62).\n\n" +
      '`{"items":[{"step":1,"pitch":60,"kind":"remove","original":true,"pass":0,"probability":0.91},' +
      '{"step":1,"pitch":62,"kind":"add","original":false,"pass":0,"probability":0.84}]}`\n\n' +
      `With \`Accept: ${editEventColumnsType}\` the edits come in columns, a fifth as large. ` +
      "A technique that does not work by edits has none: the response is 404 `EDIT_EVENTS_NOT_AVAILABLE`.",
    pathParameters: byCompositionId,
    status: 200,
    response: editEventListSchema,
    otherForms: { [editEventColumnsType]: editEventColumnsSchema },
    compressed: true,
    tagged: true,
    problems: ["NOT_FOUND", "NOT_ACCEPTABLE", "EDIT_EVENTS_NOT_AVAILABLE", "NOT_READY", "FILE_LOST"],
  },
  rateComposition: {
    summary: "Rate a finished composition",
    description:
      "Each of your compositions has at most one rating of yours; another rating replaces the one before, and an equal one changes " +
      "nothing. Ratings are counted by model (`ratings` of `GET /models/{modelId}`) and by technique " +
      "(`GET /technique-ratings`). The numbers of techniques and stock models are those of all users, and show neither who has " +
      "rated nor what. They stay when a composition is deleted.",
    pathParameters: byCompositionId,
    body: rateCompositionSchema,
    status: 200,
    response: compositionSchema,
    tagged: true,
    problems: ["NOT_FOUND", "NOT_READY", "CONFLICT", "VERSION_MISMATCH"],
  },
  shareComposition: {
    summary: "Share a finished composition by a link",
    description:
      "Whoever has the link sees and hears the piece without signing in, and how it was made if its technique works by edits: " +
      "`GET /shared/{token}` says what they learn. They see it as it is at that moment and under its present name. A composition has " +
      "one share: another request makes a new link and ends the one before, so it needs no idempotency key. The link ends with " +
      "`expiresAt`, with `DELETE`, and with the composition.",
    pathParameters: byCompositionId,
    body: shareCompositionSchema,
    status: 201,
    response: compositionShareSchema,
    tagged: true,
    located: true,
    problems: ["NOT_FOUND", "NOT_READY", "CONFLICT", "VERSION_MISMATCH"],
  },
  revokeShare: {
    summary: "End the share of a composition",
    description: "The link opens nothing from now on. A composition that is not shared stays as it is.",
    pathParameters: byCompositionId,
    status: 204,
    problems: ["NOT_FOUND", "CONFLICT", "VERSION_MISMATCH"],
  },
  listTechniqueRatings: {
    summary: "List the ratings of each technique",
    description: "The numbers are those of all users and all models, deleted compositions included.",
    status: 200,
    response: techniqueRatingListSchema,
    problems: [],
  },
  getUsage: {
    summary: "Get your quotas, and what you use of them",
    description:
      "These are all quotas of yours for which a request can be refused (429 `USER_QUOTA_REACHED`). None resets at an instant: unfinished " +
      "work gives back what it took when it ends, and everything else when it is deleted.",
    status: 200,
    response: usageSchema,
    tagged: true,
    problems: [],
  },

  getSharedComposition: {
    summary: "Get a piece that is shared",
    description:
      "The response names neither the owner nor anything of theirs but the piece: no ids, no inputs and no models of their own. " +
      "A track has its name if techniques, stock models, data sets of ours or sample melodies give it; any other is called by its instrument. " +
      "A token that never was one, has expired or was revoked gives the same 404 `SHARE_NOT_FOUND`.",
    pathParameters: byShareToken,
    status: 200,
    response: sharedCompositionSchema,
    tagged: true,
    problems: ["SHARE_NOT_FOUND"],
  },
  getSharedCompositionMidi: {
    summary: "Get a piece that is shared as a MIDI file",
    description:
      "Tracks have the names of `GET /shared/{token}`, and the file has no other texts. The ETag is the SHA-256 of the bytes. " +
      "`?revision=0` asks for the technique's own piece, if it was corrected.",
    pathParameters: byShareToken,
    query: compositionMidiQuerySchema,
    status: 200,
    response: "midi-bytes",
    tagged: true,
    problems: ["SHARE_NOT_FOUND", "NOT_ACCEPTABLE", "FILE_LOST"],
  },
  listSharedCompositionEditEvents: {
    summary: "List the edits by which a shared piece was made",
    description: "The response is that of `GET /compositions/{compositionId}/edit-events`, in the same forms.",
    pathParameters: byShareToken,
    status: 200,
    response: editEventListSchema,
    otherForms: { [editEventColumnsType]: editEventColumnsSchema },
    compressed: true,
    tagged: true,
    problems: ["SHARE_NOT_FOUND", "NOT_ACCEPTABLE", "EDIT_EVENTS_NOT_AVAILABLE", "FILE_LOST"],
  },

  listModels: {
    summary: "List the stock models, then yours",
    description:
      "The stock models come first, in the order of their ids. Your own follow in the order that `sort` and `order` say.",
    query: modelListQuerySchema,
    status: 200,
    response: modelListSchema,
    tagged: true,
    problems: ["INVALID_CURSOR"],
  },
  getModel: {
    summary: "Get a model",
    pathParameters: byModelId,
    status: 200,
    response: modelSchema,
    tagged: true,
    problems: ["NOT_FOUND"],
  },
  updateModel: {
    summary: "Rename one of your models",
    description: "Compositions that were made with the model show its id, so they do not change.",
    pathParameters: byModelId,
    body: updateModelSchema,
    status: 200,
    response: modelSchema,
    tagged: true,
    problems: ["NOT_FOUND", "STOCK_MODEL", "CONFLICT", "VERSION_MISMATCH"],
  },
  deleteModel: {
    summary: "Delete one of your models",
    pathParameters: byModelId,
    status: 204,
    problems: ["NOT_FOUND", "IN_USE", "STOCK_MODEL", "CONFLICT", "VERSION_MISMATCH"],
  },
  listModelSamples: {
    summary: "List pieces that a model plays",
    description:
      "A stock model has pieces that it played from sample melodies. One of your own has the samples of the last epoch of its training job, as long as the job is kept.",
    pathParameters: byModelId,
    status: 200,
    response: modelSampleListSchema,
    tagged: true,
    problems: ["NOT_FOUND"],
  },
  getModelSample: {
    summary: "Get a piece that a model plays as a MIDI file",
    description:
      "With `Accept: application/json` the response is a short-lived URL of the file. The ETag is the SHA-256 of the bytes.",
    pathParameters: byModelId.extend({ melodyId: melodyIdSchema }),
    status: 200,
    response: "midi",
    tagged: true,
    problems: ["NOT_FOUND", "NOT_ACCEPTABLE", "FILE_LOST"],
  },

  createDataset: {
    summary: "Create a data set for your own MIDI files",
    description:
      `It begins without files and takes ${datasetLimitsInWords}. You say under which license you may train on the files, and confirm it. ` +
      "Your files train your models alone: no other user and no stock model ever learns from them.",
    body: createDatasetSchema,
    status: 201,
    response: datasetSchema,
    tagged: true,
    located: true,
    idempotent: true,
    problems: [],
  },
  listDatasets: {
    summary: "List your data sets",
    query: listQuerySchema,
    status: 200,
    response: datasetListSchema,
    tagged: true,
    problems: ["INVALID_CURSOR"],
  },
  getDataset: {
    summary: "Get a data set, with what was read of its files",
    pathParameters: byDatasetId,
    status: 200,
    response: datasetSchema,
    tagged: true,
    polled: true,
    problems: ["NOT_FOUND"],
  },
  updateDataset: {
    summary: "Rename a data set, or change its description",
    pathParameters: byDatasetId,
    body: updateDatasetSchema,
    status: 200,
    response: datasetSchema,
    tagged: true,
    problems: ["NOT_FOUND", "CONFLICT", "VERSION_MISMATCH"],
  },
  deleteDataset: {
    summary: "Delete a data set with all its files and versions",
    description:
      "It is gone with the response. Files that are too many for one request are removed in the minutes after it. Models that were trained on it " +
      "stay, say so (`dataset.deletedAt`), and may remember its music. While a training on it has not ended, it is not deleted: 409 `IN_USE`.",
    pathParameters: byDatasetId,
    status: 204,
    problems: ["NOT_FOUND", "IN_USE", "CONFLICT", "VERSION_MISMATCH"],
  },
  offerDatasetFiles: {
    summary: "Offer files to a data set, and learn where to send them",
    description:
      "For each file the answer is `known` (there is nothing to send), `upload` (PUT the bytes to `url` with these `headers` before `expiresAt`), " +
      "or `rejected` (with a code and a sentence). A URL takes exactly these bytes, once; 412 from it means that they are there already. " +
      "A file that was sent is read in the moments after: `GET /datasets/{datasetId}` counts it. A client that was cut off " +
      "offers the same files again. A file that is still pending after a quarter of an hour counts as lost on its way, and is to be sent again.",
    pathParameters: byDatasetId,
    body: offerDatasetFilesSchema,
    status: 200,
    response: offeredFileListSchema,
    problems: ["NOT_FOUND"],
  },
  offerDatasetArchive: {
    summary: "Offer a ZIP archive of files to a data set, and learn where to send it",
    description:
      `It has ${archiveLimitsInWords}. The answer is \`upload\` (PUT the bytes to \`url\` with these \`headers\` before \`expiresAt\`), \`known\` (it is being read), ` +
      "or `rejected` (the same archive was refused, with a code and a sentence). Its files are read in the moments after, each as if it had been sent by itself; " +
      "`archive` of `GET /datasets/{datasetId}` tells how far that is. Entries that cannot be read are rejected files, and the others are read. " +
      "An archive can be offered again at any time: what the data set knows is not read twice.",
    pathParameters: byDatasetId,
    body: offerDatasetArchiveSchema,
    status: 200,
    response: offeredArchiveSchema,
    problems: ["NOT_FOUND", "NOT_READY"],
  },
  getDatasetFile: {
    summary: "Get a file of a data set, with what was taken for what in it",
    pathParameters: byDatasetFile,
    status: 200,
    response: reportedDatasetFileSchema,
    tagged: true,
    problems: ["NOT_FOUND", "FILE_LOST"],
  },
  overrideDatasetFile: {
    summary: "Say which tracks of a file are its melody, chords, bass and drums, and have it read again",
    description:
      "The response has the new report. What you say takes the place of what you said before, and holds whenever the file is read. Versions stay as they are.",
    pathParameters: byDatasetFile,
    body: overrideDatasetFileSchema,
    status: 200,
    response: reportedDatasetFileSchema,
    tagged: true,
    problems: ["NOT_FOUND", "FILE_LOST", "UNREADABLE_MIDI"],
  },
  withdrawDatasetFile: {
    summary: "Take a file back out of a data set",
    description:
      "It is gone with the response, whether it is pending, accepted or rejected, and can be offered again. Versions that have it stay as they are.",
    pathParameters: byDatasetFile,
    status: 204,
    problems: ["NOT_FOUND"],
  },
  listDatasetFiles: {
    summary: "List the files of a data set, with what was read from each, or why it was rejected",
    pathParameters: byDatasetId,
    query: datasetFileListQuerySchema,
    status: 200,
    response: datasetFileListSchema,
    tagged: true,
    problems: ["NOT_FOUND", "INVALID_CURSOR"],
  },

  createDatasetVersion: {
    summary: "Freeze what a data set has now into a version to train on",
    description:
      "A version never changes. It has the pieces of the accepted files in one line-up and one metre, each in one split: music that is alike is never in two. " +
      "Its id is made of its content, so asking again for the same gives the same version: 200 if it is ready, 202 while it is being made. " +
      "The response comes at once: ask for the path in `Location` until the state is READY or FAILED. While files or an archive are expected or being " +
      "read, the answer is 409 `UPLOADS_OPEN`; where no file gives a piece, it is 422 `VERSION_NOT_POSSIBLE` with the counts.",
    pathParameters: byDatasetId,
    body: createDatasetVersionSchema,
    status: 202,
    mayBeDone: true,
    response: datasetVersionSchema,
    tagged: true,
    located: true,
    polled: true,
    problems: ["NOT_FOUND", "UPLOADS_OPEN", "TOO_MANY_VERSIONS", "VERSION_NOT_POSSIBLE"],
  },
  listDatasetVersions: {
    summary: "List the versions of a data set, the newest first",
    pathParameters: byDatasetId,
    status: 200,
    response: datasetVersionListSchema,
    tagged: true,
    polled: true,
    problems: ["NOT_FOUND"],
  },
  getDatasetVersion: {
    summary: "Get a version of a data set: its state, and what is in it",
    pathParameters: byDatasetVersion,
    status: 200,
    response: datasetVersionSchema,
    tagged: true,
    polled: true,
    problems: ["NOT_FOUND"],
  },

  listTrainingTopics: {
    summary: "List the topics to train on, with the number of pieces of each",
    description:
      "A query selects pieces by their tags: `?composer=bach&mode=minor`. A piece must have every tag that is named. If a " +
      "tag has several values, which are repeated or joined by commas, the piece must have one of them. Only selected " +
      "pieces are counted. `datasetId` and `versionId` are no tags: they name a stock data set, or one of yours and its version.",
    query: trainingTopicsQuerySchema,
    freeQuery: { name: "tags", description: "Each tag is a query parameter of its own name." },
    status: 200,
    response: trainingTopicsSchema,
    problems: ["DATASET_NOT_FOUND", "VERSION_NOT_FOUND", "TOPIC_NOT_FOUND", "DATASET_NOT_READY"],
  },
  createTrainingJob: {
    summary: "Train a model",
    description:
      "The response comes at once, and the training goes on afterwards: ask for the path in `Location` until the state is " +
      "READY, FAILED or STOPPED. The techniques with models can be trained; `arranger` works by rule and cannot. With " +
      "`resumeFrom`, hyperparameters are inherited unless given (`modelSize` cannot change; `epochs` is the total and " +
      "must exceed those completed), and topics are the resumed job's and cannot be given.",
    body: createTrainingJobSchema,
    status: 202,
    response: trainingJobSchema,
    tagged: true,
    located: true,
    polled: true,
    idempotent: true,
    problems: [
      "DATASET_NOT_FOUND",
      "VERSION_NOT_FOUND",
      "TOPIC_NOT_FOUND",
      "TOPIC_TOO_SMALL",
      "RUN_TOO_LONG",
      "RESUME_NOT_POSSIBLE",
      "DATASET_NOT_READY",
    ],
  },
  estimateTrainingJob: {
    summary: "Tell what a training would take, without beginning it",
    description:
      "The body is that of `POST /training-jobs`, and it is refused for the same reasons, apart from quotas. Nothing is launched or kept. The " +
      "response counts the music that the topics select and the windows into which it is cut, and says how long an epoch would last by the " +
      "speed of your last training of the same technique and model size on the present machines. Where there is none, " +
      "`measured` and the minutes are null.",
    body: createTrainingJobSchema,
    status: 200,
    response: trainingEstimateSchema,
    problems: [
      "DATASET_NOT_FOUND",
      "VERSION_NOT_FOUND",
      "TOPIC_NOT_FOUND",
      "TOPIC_TOO_SMALL",
      "RUN_TOO_LONG",
      "RESUME_NOT_POSSIBLE",
      "DATASET_NOT_READY",
    ],
  },
  listTrainingJobs: {
    summary: "List your training jobs",
    query: trainingJobListQuerySchema,
    status: 200,
    response: trainingJobListSchema,
    tagged: true,
    problems: ["INVALID_CURSOR"],
  },
  getTrainingJob: {
    summary: "Get a training job",
    pathParameters: byTrainingJobId,
    status: 200,
    response: trainingJobSchema,
    tagged: true,
    polled: true,
    problems: ["NOT_FOUND"],
  },
  deleteTrainingJob: {
    summary: "Delete a training job that has ended",
    description: "The job's progress, samples and checkpoints are deleted with it. Its model stays.",
    pathParameters: byTrainingJobId,
    status: 204,
    problems: ["NOT_FOUND", "NOT_FINAL", "IN_USE", "CONFLICT", "VERSION_MISMATCH"],
  },
  stopTrainingJob: {
    summary: "Stop a training job",
    description:
      "Repeating the request is harmless. For a job that is READY or FAILED the response is 409 `ALREADY_FINAL`.",
    pathParameters: byTrainingJobId,
    status: 202,
    response: trainingJobSchema,
    tagged: true,
    located: true,
    polled: true,
    problems: ["NOT_FOUND", "ALREADY_FINAL", "CONFLICT", "VERSION_MISMATCH"],
  },
  listTrainingJobMetrics: {
    summary: "List losses and metrics by epoch",
    pathParameters: byTrainingJobId,
    query: trainingMetricsQuerySchema,
    status: 200,
    response: trainingMetricsSchema,
    tagged: true,
    polled: true,
    problems: ["NOT_FOUND", "FILE_LOST"],
  },
  listTrainingJobSamples: {
    summary: "List the samples that the model played, by epoch",
    pathParameters: byTrainingJobId,
    query: trainingSamplesQuerySchema,
    status: 200,
    response: sampleListSchema,
    tagged: true,
    polled: true,
    problems: ["NOT_FOUND", "FILE_LOST"],
  },
  getTrainingJobSample: {
    summary: "Get a sample as a MIDI file",
    description:
      "With `Accept: application/json` the response is a short-lived URL of the file. The ETag is the SHA-256 of the bytes.",
    pathParameters: byTrainingJobId.extend({
      epoch: z.string().regex(/^(0|[1-9][0-9]{0,5})$/),
      melodyId: melodyIdSchema,
    }),
    status: 200,
    response: "midi",
    tagged: true,
    problems: ["NOT_FOUND", "NOT_ACCEPTABLE", "FILE_LOST"],
  },

  eraseUserData: {
    summary: "Erase everything that is yours",
    description:
      "All of it is deleted for good: tracks, compositions, ratings, shares, models, training jobs with their checkpoints and " +
      "samples, quotas, with every earlier version of every file. It cannot be undone. Trainings are stopped first. The response comes " +
      "at once, and the erasure goes on afterwards: ask for the path in `Location` until the state of `erasure` is ERASED. A request while " +
      "an erasure is under way begins none and gives that one. Until the end, requests that would add something are refused " +
      "with 409 `ERASURE_UNDER_WAY`; reading, deleting and stopping go on. Your account at Cognito stays, and so do the " +
      "totals of ratings by technique and stock model, which say nothing of who rated. Logs and backups expire by themselves (docs/privacy.md).",
    status: 202,
    response: userDataSchema,
    tagged: true,
    located: true,
    polled: true,
    problems: [],
  },
  getUserData: {
    summary: "Get whether your data as a whole are being erased, or were",
    description:
      "The response says how far your latest erasure is, what was left at the last look, and in the end where nothing was found. It is kept " +
      "for 90 days after the end, unless you ask for another one.",
    status: 200,
    response: userDataSchema,
    tagged: true,
    polled: true,
    problems: [],
  },
} as const satisfies Readonly<Record<OperationId, OperationDescription>>;

/** Returns the codes of the problems that an operation can have because of its method, its token or its body. */
export function commonProblems(id: OperationId): ProblemCode[] {
  const route = apiRoutes[id];
  const description: OperationDescription = operationDescriptions[id];
  const codes: ProblemCode[] = ["INVALID_REQUEST", "BODY_TOO_LARGE", "UNSUPPORTED_CONTENT_ENCODING", "INTERNAL"];
  if (!route.public) codes.push("UNAUTHENTICATED");
  // The functions of all other capabilities read the table.
  if (route.capability !== "discovery") codes.push("OVERLOADED");
  if (description.body !== undefined) codes.push("UNSUPPORTED_MEDIA_TYPE");
  if (description.body === "upload") codes.push("MALFORMED_FORM");
  else if (description.body !== undefined && description.body !== "midi") codes.push("MALFORMED_JSON");
  if (description.idempotent === true) {
    codes.push("INVALID_IDEMPOTENCY_KEY", "IDEMPOTENCY_KEY_IN_FLIGHT", "IDEMPOTENCY_KEY_REUSED", "USER_QUOTA_REACHED");
  }
  if (route.method !== "GET") codes.push("BUSY", "CONFLICT");
  if (addsData(id)) codes.push("ERASURE_UNDER_WAY");
  return codes;
}
