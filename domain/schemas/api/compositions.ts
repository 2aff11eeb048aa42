import * as z from "zod";
import { techniqueIds, ulidExpression } from "../../../naming/resource-names";
import { instrumentPresets } from "../../music/instrument-presets";
import { pieceTimeSignatures } from "../../music/time-signatures";
import { compositionStates } from "../../states/composition-state";
import { maxSeed, maxVariations, remarksSchema, trackSources } from "../composition-parts";
import { ratingSchema } from "../rating";
import {
  failureResponseSchema,
  idSchema,
  instantSchema,
  listQuerySchema,
  metricValuesSchema,
  nameSchema,
  numberTextSchema,
  pageOf,
  parameterValueSchema,
  textSchema,
} from "./shared";

const seedSchema = z.int().min(0).max(maxSeed);
const programSchema = z.int().min(0).max(127).meta({ description: "The instrument, as a General MIDI program." });

export const inputSchema = z
  .union([
    z.strictObject({ sampleMelodyId: textSchema(64) }),
    z.strictObject({ trackId: idSchema }),
    z.strictObject({
      compositionId: idSchema,
      trackIndex: z
        .int()
        .min(0)
        .max(63)
        .optional()
        .meta({
          description:
            "The track of that piece that is the melody. Without it, the melody is track 0, which is that piece's own; a " +
            "technique that goes on with its input (`extends` of `GET /techniques`) is given the whole piece.",
        }),
    }),
  ])
  .meta({ id: "CompositionInput" });

export const compositionInputOptionsSchema = z
  .strictObject({
    tempo: z
      .number()
      .min(40)
      .max(160)
      .optional()
      .meta({ description: "The tempo in quarter notes a minute. Without it the tempo of the input stays." }),
    transpose: z
      .int()
      .min(-12)
      .max(12)
      .optional()
      .meta({ description: "The number of semitones by which the melody is moved up, or down if it is negative." }),
    rhythmAssist: z.boolean().optional().meta({ description: "True moves the melody onto the grid of sixteenths." }),
    startBar: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .meta({ description: "The first bar that is used. Bars count from 1." }),
    bars: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .meta({
        description:
          "The number of bars that are used. Without it, all bars to the end of the melody are used. A technique that goes on " +
          "with its input (`extends` of `GET /techniques`) takes at most 63, because a piece has 64.",
      }),
    allTracks: z
      .boolean()
      .optional()
      .meta({
        description:
          "True gives the technique all tracks of an uploaded file or of a composition, and not only one. Of a file, the chosen track " +
          "comes first, and all have its bars. The technique must hear tracks (`hearsTracks` of `GET /techniques`). Up to 16 tracks " +
          "are heard: the first one and those with the most notes. Drums and further tracks stay in the piece. `transformer` goes on with " +
          "as many of them as its model has voices, the first one among them unless `extendedTracks` leaves it out, and `output.remarks` names the others. `ar-cnn` " +
          "re-writes all that it hears, but for the first track if `melodyLock` is true, and every track keeps its own notes.",
      }),
    extendedTracks: z
      .array(z.int().min(0).max(65_535))
      .min(1)
      .max(64)
      .optional()
      .meta({
        description:
          "The indices of the tracks that go on, of `tracks` of the file or of `output.tracks` of the composition. The others stay as " +
          "they are, rest in what is added, and are not heard. A note of one of them must begin in the chosen bars. Without it as many go on as the model has voices. It is for a technique that goes on with its " +
          "input (`extends` of `GET /techniques`), and for an input whose tracks are all given.",
      }),
  })
  .meta({ id: "InputOptions" });

const on = "On unless it is false.";

export const performanceSchema = z
  .strictObject({
    dynamics: z
      .boolean()
      .optional()
      .meta({
        description:
          "Velocities follow the phrases, the bars and the voices, with the tune in front. A tune, or another " +
          `uploaded track of a piece that goes on, keeps its own velocities where they differ. ${on}`,
      }),
    mix: z
      .boolean()
      .optional()
      .meta({ description: `Each track has a volume and a place between left and right. ${on}` }),
    breaths: z
      .boolean()
      .optional()
      .meta({
        description:
          "The other voices end up to a 32nd early before rests and where a phrase of the tune ends. The tune keeps " +
          `its lengths, and so do all uploaded notes of a piece that goes on. ${on}`,
      }),
    ritardando: z
      .boolean()
      .optional()
      .meta({
        description:
          "The tempo slows down by 8 % over the bar before the tune's last note, which is held 1.5 times as long, but at most " +
          `a bar longer. Where other voices move under it, it stays at the slower tempo; what sounds after it has the piece's tempo. ${on}`,
      }),
    instruments: z
      .enum(instrumentPresets)
      .optional()
      .meta({
        description:
          "The instruments of all tracks. `model`, which is the default, leaves those of the melody and of the model. The lowest track " +
          "is the bass, which may be the melody itself. Tracks of the " +
          "technique that are named after their instruments are named after the new ones. The arranger's volumes stay as they are.",
      }),
  })
  .meta({
    id: "Performance",
    description: "What the MIDI file adds to the notes, as a player does. No note begins at another time.",
  });

export const createCompositionSchema = z
  .strictObject({
    name: nameSchema,
    technique: z.enum(techniqueIds),
    modelId: textSchema(64)
      .optional()
      .meta({
        description:
          "The model: the id of a stock model or of one of yours (`GET /models`), of the same technique. It is required, but " +
          "for a technique by rule (`byRule` of `GET /techniques`), which has no models.",
      }),
    seed: seedSchema
      .optional()
      .meta({ description: "Without it the seed is drawn at random; the response says which one." }),
    variations: z
      .int()
      .min(1)
      .max(maxVariations)
      .optional()
      .meta({
        description:
          "Asks for so many pieces at once. They differ in the seed alone: the first one has `seed`, and each other one the seed before it " +
          "plus 1, so `seed` can be at most 2147483647 less the number of others. The response is a list, also of one.",
      }),
    parameters: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: "Parameters depend on the technique; `GET /techniques` lists them." }),
    input: inputSchema,
    inputOptions: compositionInputOptionsSchema.optional(),
    performance: performanceSchema.optional(),
  })
  .meta({ id: "CreateComposition" });

const variationGroupSchema = idSchema.optional();

export const compositionListQuerySchema = listQuerySchema.extend({
  technique: z.enum(techniqueIds).optional().meta({ description: "Only compositions by this technique are listed." }),
  state: z.enum(compositionStates).optional().meta({ description: "Only compositions in this state are listed." }),
  modelId: textSchema(64).optional().meta({ description: "Only compositions by this model are listed." }),
  input: z
    .string()
    .regex(new RegExp(`^(compositionId|trackId):${ulidExpression}$`), "names no composition and no track")
    .meta({
      description: "`compositionId:{id}` or `trackId:{id}`: what the listed compositions were made from",
      example: "trackId:01JD8Z6Y3Q4M5N6P7R8S9T0V1W",
    })
    .optional(),
  variationGroup: variationGroupSchema.meta({
    description: "Only the variations of one request are listed, of which each has this `variationGroup`.",
  }),
});

export const updateCompositionSchema = z
  .strictObject({
    name: nameSchema.optional(),
    programs: z
      .array(z.strictObject({ index: z.int().min(0).max(63), program: programSchema }))
      .min(1)
      .max(64)
      .optional()
      .meta({
        description:
          "The new instruments of tracks of the finished piece (General MIDI, counted from 0). They win over the instruments of " +
          "`performance` in the same request. A track of the technique that is named after its instrument is named after the new one.",
      }),
    performance: performanceSchema.optional().meta({
      minProperties: 1,
      description:
        "Changes how the finished piece is performed. What it does not name stays as it is. `instruments` gives all " +
        "tracks new instruments; `model` gives them back those of melody and model.",
    }),
  })
  .meta({ id: "UpdateComposition", minProperties: 1 });

export const compositionMidiQuerySchema = z.strictObject({
  revision: numberTextSchema(0, 0)
    .optional()
    .meta({
      description:
        "0 asks for the file as it was before the first correction: the technique's own piece. Without it, or if nobody has " +
        "corrected the piece, the response is the present file.",
    }),
});

const startedAtSchema = instantSchema.optional().meta({
  description:
    "The instant at which work on the piece began; before it, the piece waits. One that is tried again, because the model was not " +
    "there yet, keeps its first instant. Pieces of version 0.2 do not have it, nor do those that failed before anybody began.",
});
const finishedAtSchema = instantSchema.optional().meta({
  description:
    "The instant at which the piece was COMPLETED or FAILED. Later changes move `updatedAt` alone. Pieces of version 0.2 do not have it.",
});

export const compositionOutputSchema = z.object({
  bars: z.int(),
  tempo: z.number().meta({ description: "The tempo in quarter notes a minute." }),
  timeSignature: z.enum(pieceTimeSignatures).meta({ description: "The time signature of all bars." }),
  tracks: z.array(
    z.object({
      index: z.int(),
      name: z.string(),
      program: programSchema,
      noteCount: z.int(),
      source: z.enum(trackSources).meta({
        description:
          "`generated` means that the technique wrote the track, or re-wrote it. `extended` means that the notes of " +
          "the input are in it, as they were, and that the technique went on with them.",
      }),
      generatedFromBar: z.int().optional().meta({
        description:
          "The bar in which the first new note can begin, on a track that goes on with the input or enters after it.",
      }),
      isDrums: z.literal(true).optional().meta({
        description: "This member is present if the track's pitches stand for drums, on MIDI channel 10.",
      }),
    }),
  ),
  metrics: metricValuesSchema,
  editEventCount: z.int().optional(),
  remarks: remarksSchema.meta({
    description:
      "Sentences for people about what the technique did otherwise than usual: that a low tune is the bass, that a voice " +
      "rests in the whole piece and so has no track, that nothing was added to the melody, and what may change that, which " +
      "tracks of the input go on and which rest in what is added, or that time ran out before all candidates were written.",
  }),
});

/** When a piece was shared, and until when. */
export const shareTimesSchema = z.object({
  createdAt: instantSchema,
  expiresAt: instantSchema.meta({ description: "The instant after which the link opens nothing." }),
});

export const compositionSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    technique: z.enum(techniqueIds),
    modelId: z.string().optional().meta({
      description: "The model. A composition by rule (`technique` is `arranger`) has none.",
    }),
    seed: seedSchema,
    variationGroup: variationGroupSchema.meta({
      description:
        "The same for all pieces of one request with `variations`. One that was asked for without `variations` does not have it.",
    }),
    state: z.enum(compositionStates),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    startedAt: startedAtSchema,
    finishedAt: finishedAtSchema,
    input: inputSchema,
    inputOptions: compositionInputOptionsSchema,
    parameters: z.record(z.string(), parameterValueSchema),
    performance: performanceSchema
      .optional()
      .meta({ description: "How the piece is performed. Pieces of version 0.2 are not, and do not have it." }),
    edited: z
      .literal(true)
      .optional()
      .meta({
        description:
          "This member is present if a person has corrected the notes (`PUT /compositions/{compositionId}/midi`). `output` is that of " +
          "the corrected piece.",
      }),
    rating: ratingSchema.optional().meta({ description: "How you have rated the piece." }),
    share: shareTimesSchema.optional().meta({
      description:
        "The piece is shared, or was until `expiresAt`. The link itself is in the response to " +
        "`POST /compositions/{compositionId}/share` alone.",
    }),
    failure: failureResponseSchema.optional(),
    output: compositionOutputSchema.optional(),
  })
  .meta({ id: "Composition" });
export type CompositionResource = z.infer<typeof compositionSchema>;
export const compositionListSchema = pageOf(compositionSchema, "CompositionList");
export type CompositionListResource = z.infer<typeof compositionListSchema>;

export const editEventSchema = z.object({
  step: z.int().min(0).meta({ description: "The number of sixteenths from the beginning of the piece to the cell." }),
  pitch: z.int().min(0).max(127),
  kind: z.enum(["add", "remove"]),
  original: z.boolean().meta({ description: "True if the cell sounded in the input." }),
  pass: z
    .int()
    .min(0)
    .meta({ description: "The pass in which the edit was chosen, from 0. Edits of one pass were chosen together." }),
  probability: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: "The probability that this cell should change, as the model gave it just before the edit." }),
});
const flagsSchema = z.array(z.union([z.literal(0), z.literal(1)]));
const columnsOf = editEventSchema.shape;
export const editEventColumnsSchema = z
  .object({
    step: z.array(columnsOf.step),
    pitch: z.array(columnsOf.pitch),
    added: flagsSchema.meta({ description: "1 if the edit adds its cell (`kind` is `add`), 0 if it removes it." }),
    original: flagsSchema.meta({ description: "1 if the cell sounded in the input." }),
    pass: z.array(columnsOf.pass),
    probability: z.array(columnsOf.probability).meta({ description: "With three digits after the point." }),
  })
  .meta({
    id: "EditEventColumns",
    description: "Edit events by their members. All columns are equally long: the entries at one index are one edit.",
  });
export const editEventListSchema = z.object({ items: z.array(editEventSchema) }).meta({ id: "EditEventList" });
