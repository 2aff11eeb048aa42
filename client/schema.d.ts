// Generated from docs/openapi.json by scripts/generate-openapi.ts.
export interface paths {
  "/health": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the API is there */
    get: operations["getHealth"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/openapi.json": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document */
    get: operations["getOpenApiDocument"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/techniques": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Techniques, with every parameter and hyperparameter
     * @description Self-describing: forms and command-line flags can be made from it.
     */
    get: operations["listTechniques"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/sample-melodies": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Built-in melodies, in the public domain */
    get: operations["listSampleMelodies"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/tracks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your tracks, newest first */
    get: operations["listTracks"];
    put?: never;
    /**
     * Upload a MIDI file
     * @description Standard MIDI files of format 0 and 1, up to 1 MiB. What was altered is said in `changes`. The music must be in 4/4 or 2/2 throughout, or say no metre, which is 4/4: a file with any other time signature is refused with `METRE_NOT_SUPPORTED`. Bars are counted from the beginning of the file, so an upbeat must stand in a whole bar that begins with rests. Notes need not lie on the grid of sixteenths; they keep their ticks and velocities, and only the model hears them on the nearest sixteenth. `trackIndex` chooses one track of several. The file is the body, under any of the types listed, or the one file of a form (`multipart/form-data`), whose fields `name` and `trackIndex` may stand in the form or in the query. Without `name` the track is named as the melody in the file, or, where that has no name, as the file in the form.
     */
    post: operations["createTrack"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/tracks/{trackId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One track */
    get: operations["getTrack"];
    put?: never;
    post?: never;
    /** Delete a track */
    delete: operations["deleteTrack"];
    options?: never;
    head?: never;
    /** Rename a track */
    patch: operations["updateTrack"];
    trace?: never;
  };
  "/compositions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your compositions, newest first */
    get: operations["listCompositions"];
    put?: never;
    /**
     * Compose
     * @description Answers at once; the composition is its own monitor: follow `Location` until it is COMPLETED or FAILED. Equal seed, model, input and options give equal music. A technique that adds to the melody keeps it note for note as track 0 and writes the other tracks; one that re-writes it (`ar-cnn` without `melodyLock`) answers the whole piece as track 0, `source` `generated`, in which notes that it left alone keep their ticks and velocities. Every track of a finished piece can be the input of the next one, for any technique: `input: { compositionId, trackIndex }`. `unet-gan` accompanies the highest notes of an input that has several at once, and keeps the others.
     */
    post: operations["createComposition"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/compositions/{compositionId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One composition */
    get: operations["getComposition"];
    put?: never;
    post?: never;
    /** Delete a composition that has ended */
    delete: operations["deleteComposition"];
    options?: never;
    head?: never;
    /** Rename a composition, or change its instruments */
    patch: operations["updateComposition"];
    trace?: never;
  };
  "/compositions/{compositionId}/midi": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The piece as a MIDI file
     * @description With `Accept: application/json`: a short-lived URL of it. The ETag is the SHA-256 of the bytes.
     */
    get: operations["getCompositionMidi"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/compositions/{compositionId}/edit-events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How a technique that edits note by note came to its result
     * @description Every edit in its order, all in one answer (at most 25,600). An edit adds or removes one cell, a pitch at a sixteenth; edits of one `pass` were chosen together. Put the input's notes on the grid (`round(tick / (ticksPerBeat / 4))`, each at least one sixteenth long), then set or clear a cell for each edit: after the last one the cells are those of all tracks of the result. `probability` is the model's, just before the edit, that the cell should change. In the example the model moves the input's C (60) at the second sixteenth to D (62).
     *
     *     `{"items":[{"step":1,"pitch":60,"kind":"remove","original":true,"pass":0,"probability":0.91},{"step":1,"pitch":62,"kind":"add","original":false,"pass":0,"probability":0.84}]}`
     *
     *     404 `EDIT_EVENTS_NOT_AVAILABLE` for techniques that do not work by edits.
     */
    get: operations["listCompositionEditEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/models": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Models: those that came with the software, then yours, newest first */
    get: operations["listModels"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/models/{modelId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One model */
    get: operations["getModel"];
    put?: never;
    post?: never;
    /** Delete one of your models */
    delete: operations["deleteModel"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/training-topics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Topics to train on, with how many pieces there are
     * @description Filter by any tag: `?composer=bach&mode=minor`. A tag may have several values (repeated, or joined by commas): any of them; several tags: all of them. Counts are of the selection.
     */
    get: operations["listTrainingTopics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/training-jobs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your training jobs, newest first */
    get: operations["listTrainingJobs"];
    put?: never;
    /**
     * Train a model
     * @description Answers at once; the job is its own monitor: follow `Location` until it is READY, FAILED or STOPPED. With `resumeFrom`, hyperparameters are inherited unless given (`modelSize` cannot change; `epochs` is the total and must exceed those completed), and topics are the resumed job's and cannot be given.
     */
    post: operations["createTrainingJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/training-jobs/{trainingJobId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One training job */
    get: operations["getTrainingJob"];
    put?: never;
    post?: never;
    /**
     * Delete a training job that has ended
     * @description With its progress, samples and checkpoints. Its model stays.
     */
    delete: operations["deleteTrainingJob"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/training-jobs/{trainingJobId}/stop": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stop a training job
     * @description Repeating it is harmless. 409 `ALREADY_FINAL` for a job that is READY or FAILED.
     */
    post: operations["stopTrainingJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/training-jobs/{trainingJobId}/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Losses and metrics by epoch */
    get: operations["listTrainingJobMetrics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/training-jobs/{trainingJobId}/samples": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the model played after which epoch */
    get: operations["listTrainingJobSamples"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/training-jobs/{trainingJobId}/samples/{epoch}/{melodyId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One sample as a MIDI file
     * @description With `Accept: application/json`: a short-lived URL of it. The ETag is the SHA-256 of the bytes.
     */
    get: operations["getTrainingJobSample"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Health: {
      /** @enum {string} */
      status: "ok";
    };
    /** @description What every refusal of ours looks like (RFC 9457). */
    Problem: {
      /** @example urn:opencomposer:problem:invalid-request */
      type: string;
      title: string;
      status: number;
      detail: string;
      /** @description Path of the request. */
      instance: string;
      /**
       * @description Stable; branch on this.
       * @example INVALID_REQUEST
       */
      code: string;
      /** @description Stands in the logs of this request. */
      requestId: string;
      errors?: components["schemas"]["FieldError"][];
    };
    FieldError: {
      /**
       * @description JSON pointer into the body; `?name` for a query parameter, `Name:` for a header.
       * @example /hyperparameters/epochs
       */
      pointer: string;
      reason: string;
      /** @description The value that was given, or the beginning of it; absent where none was given. */
      value?: unknown;
      /** @description The allowed range, values or form, in words. */
      allowed: string;
    };
    /** @description What API Gateway itself answers before a request reaches us. */
    GatewayError: {
      message: string;
    };
    TechniqueList: {
      items: components["schemas"]["Technique"][];
    };
    Technique: {
      /** @enum {string} */
      id: "unet-gan" | "ar-cnn";
      name: string;
      description: string;
      /** @description Of a composition. */
      parameters: components["schemas"]["Parameter"][];
      /** @description Of a training job. */
      hyperparameters: components["schemas"]["Parameter"][];
    };
    Parameter: {
      name: string;
      /** @description A short name for a form's label. */
      title: string;
      /** @enum {string} */
      type: "integer" | "number" | "boolean" | "string";
      unit?: string;
      minimum?: number;
      maximum?: number;
      values?: string[];
      default: number | boolean | string;
      description: string;
      /**
       * @description Present where a job with `resumeFrom` cannot change the value.
       * @enum {boolean}
       */
      fixedOnResume?: true;
    };
    SampleMelodyList: {
      items: components["schemas"]["SampleMelody"][];
    };
    SampleMelody: {
      id: string;
      name: string;
      /** @description Who made the tune and when: why it is in the public domain. */
      origin: string;
      bars: number;
      /** @description Beats a minute. */
      tempo: number;
      noteCount: number;
    };
    Track: {
      /**
       * @description a ULID: 26 characters of Crockford's base 32
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      id: string;
      name: string;
      /** @description Bars of the chosen track, from the beginning of the file, by its time signatures; what ends less than a sixteenth after a bar line ends on it. */
      bars: number;
      /** @description The bar, from 1, in which the first note begins. */
      firstBarWithNotes: number;
      /** @description Bars that do not have four quarter notes: compositions can be made of the others. */
      otherMetres: {
        firstBar: number;
        lastBar: number;
        timeSignature: string;
      }[];
      tempo: number;
      /** @example 4/4 */
      timeSignature: string;
      noteCount: number;
      lowestPitch: number;
      highestPitch: number;
      trackIndex: number;
      /** @description The file's tracks that have notes. */
      tracks: {
        index: number;
        name: string;
        program: number;
        noteCount: number;
      }[];
      /** @description What was altered or ignored when the file was read, in words. */
      changes: string[];
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      updatedAt: string;
    };
    UploadForm: {
      /** @description The MIDI file; exactly one part is a file. */
      file: string;
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name?: string;
      /** @description As in the query. An empty field counts as not given. */
      trackIndex?: number;
    };
    TrackList: {
      items: components["schemas"]["Track"][];
      /** @description Absent on the last page. */
      nextCursor?: string;
    };
    UpdateTrack: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name: string;
    };
    Composition: {
      /**
       * @description a ULID: 26 characters of Crockford's base 32
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      id: string;
      name: string;
      /** @enum {string} */
      technique: "unet-gan" | "ar-cnn";
      modelId: string;
      seed: number;
      /** @enum {string} */
      state: "PENDING" | "RUNNING" | "COMPLETED" | "FAILED";
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      updatedAt: string;
      input: components["schemas"]["CompositionInput"];
      inputOptions: components["schemas"]["InputOptions"];
      parameters: {
        [key: string]: number | boolean | string;
      };
      failure?: components["schemas"]["Failure"];
      output?: {
        bars: number;
        tempo: number;
        tracks: {
          index: number;
          name: string;
          /** @description General MIDI program. */
          program: number;
          noteCount: number;
          /**
           * @description `generated`: the technique wrote it, or re-wrote it.
           * @enum {string}
           */
          source: "input" | "generated";
        }[];
        metrics: components["schemas"]["Metrics"];
        editEventCount?: number;
      };
    };
    CompositionInput:
      | {
          /** @description 1 to 64 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates */
          sampleMelodyId: string;
        }
      | {
          /**
           * @description a ULID: 26 characters of Crockford's base 32
           * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
           */
          trackId: string;
        }
      | {
          /**
           * @description a ULID: 26 characters of Crockford's base 32
           * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
           */
          compositionId: string;
          /** @description Of the piece; its melody when not given. */
          trackIndex?: number;
        };
    InputOptions: {
      /** @description Beats a minute. */
      tempo?: number;
      /** @description Semitones. */
      transpose?: number;
      /** @description Moves the melody onto the grid of sixteenths. */
      rhythmAssist?: boolean;
      /** @description First bar of the melody, from 1. */
      startBar?: number;
      /** @description How many bars from there; all when not given. */
      bars?: number;
    };
    Failure: {
      code: string;
      message: string;
      retryable: boolean;
    };
    /** @description Musical metrics by name; docs/how-models-learn.md says what each one means. */
    Metrics: {
      [key: string]: number;
    };
    CreateComposition: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name: string;
      /** @enum {string} */
      technique: "unet-gan" | "ar-cnn";
      /** @description 1 to 64 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates */
      modelId: string;
      /** @description Random when not given; the answer says which. */
      seed?: number;
      /**
       * @description By the technique: see `GET /techniques`.
       *
       *     `unet-gan` has none.
       *
       *     `ar-cnn`:
       *     - `maxPercentageOfInitialNotesRemoved`: an integer from 0 to 100 (percent); default 100. How much of your own music may be taken away. 0 keeps all of it and only adds notes. Counted in sixteenths: a quarter note is four.
       *     - `maxNotesAdded`: an integer from 50 to 1000 (sixteenths); default 500. How much music may be added to yours. Counted in sixteenths: a quarter note is four. Meant for eight bars; a longer piece may have more in proportion.
       *     - `samplingIterations`: an integer from 0 to 100 (passes); default 100. How often the model looks at the whole piece and edits it, at most. It ends by itself when there is nothing left to do. Fewer passes stay closer to your input; 0 changes nothing.
       *     - `temperature`: a number from 0.5 to 6; default 1. How daring the edits are. Low takes the likeliest edits and sounds safe; high takes unlikely ones too and soon sounds random.
       *     - `editsPerPass`: an integer from 1 to 32 (edits); default 32. How many notes, each in a beat of its own, are added to or removed from the piece each time the model has looked at it. 1 is a single sixteenth, as in the original AR-CNN, and takes longest. Times samplingIterations it is also the most sixteenths that are edited in all. Meant for eight bars; a longer piece may have more in proportion.
       *     - `melodyLock`: true or false; default false. Keep every note of your input as it is and write only around it. The added notes are then a track of their own.
       *     - `firstBar`: an integer from 1 to 64 (bars); default 1. The first bar that may be edited. The music before it stays as it is.
       *     - `lastBar`: an integer from 0 to 64 (bars); default 0. The last bar that may be edited; 0 is the last of the piece. The music after it stays as it is.
       *     - `lowestPitch`: an integer from 0 to 127 (MIDI note number); default 0. The lowest pitch that may be added or removed: 60 is middle C, 12 more or less is an octave.
       *     - `highestPitch`: an integer from 0 to 127 (MIDI note number); default 127. The highest pitch that may be added or removed: 60 is middle C, 12 more or less is an octave.
       *     - `density`: a number from 0.25 to 2 (times the training music's); default 1. How many notes should sound at once. 1 is as many as in the music the model has learnt from, less is thinner, more is fuller.
       *     - `leastProbability`: a number from 0 to 0.95; default 0. How sure the model must be of an edit. 0 lets it invent; 0.5 with a temperature of 0.5 only mends what is likelier wrong than right.
       */
      parameters?: {
        [key: string]: unknown;
      };
      input: components["schemas"]["CompositionInput"];
      inputOptions?: components["schemas"]["InputOptions"];
    };
    CompositionList: {
      items: components["schemas"]["Composition"][];
      /** @description Absent on the last page. */
      nextCursor?: string;
    };
    UpdateComposition: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name?: string;
      /** @description Other instruments for tracks of the finished piece. */
      programs?: {
        index: number;
        /** @description General MIDI program. */
        program: number;
      }[];
    };
    /** @description A short-lived URL of the file itself; it needs no token. */
    PresignedUrl: {
      /** Format: uri */
      url: string;
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      expiresAt: string;
    };
    EditEventList: {
      items: {
        /** @description Sixteenths from the beginning of the piece. */
        step: number;
        pitch: number;
        /** @enum {string} */
        kind: "add" | "remove";
        /** @description Whether the cell sounded in the input. */
        original: boolean;
        /** @description From 0; edits of one pass were chosen together. */
        pass: number;
        /** @description The model's, just before the edit, that this cell should change. */
        probability: number;
      }[];
    };
    ModelList: {
      items: components["schemas"]["Model"][];
      /** @description Absent on the last page. */
      nextCursor?: string;
    };
    Model: {
      id: string;
      name: string;
      /** @description One of `GET /techniques`, or one that this deployment does not have. */
      technique: string;
      /** @description Came with the software: everyone's to use, nobody's to delete. */
      stock: boolean;
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      updatedAt: string;
      /**
       * @description a ULID: 26 characters of Crockford's base 32
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      trainingJobId?: string;
      /** @description Of the ONNX file. */
      sha256: string;
      bytes: number;
      metrics: components["schemas"]["Metrics"];
      dataset: {
        id: string;
        version: string;
        sha256: string;
        licence: string;
        pieces: number;
        topics: {
          [key: string]: string[];
        };
      };
      limits: {
        maxBars: number;
      } & {
        [key: string]: unknown;
      };
    };
    TrainingTopics: {
      /** @description Tags, their values, and how many pieces of the selection carry them. */
      topics: {
        [key: string]: {
          [key: string]: number;
        };
      };
      /** @description What a model would learn from: held-out pieces are not counted. */
      selection: {
        pieces: number;
        bars: number;
      };
    };
    TrainingJob: {
      /**
       * @description a ULID: 26 characters of Crockford's base 32
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      id: string;
      name: string;
      /** @enum {string} */
      technique: "unet-gan" | "ar-cnn";
      /** @enum {string} */
      state: "PENDING" | "QUEUED" | "STARTING" | "TRAINING" | "UPLOADING" | "STOPPING" | "READY" | "FAILED" | "STOPPED";
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      updatedAt: string;
      topics: {
        [key: string]: string[];
      };
      dataset: {
        id: string;
        version: string;
        sha256: string;
      };
      hyperparameters: {
        [key: string]: number | boolean | string;
      };
      maxRuntimeSeconds: number;
      /**
       * @description a ULID: 26 characters of Crockford's base 32
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      resumeFrom?: string;
      progress: {
        /** @description Completed epochs. */
        epoch: number;
        epochs: number;
        percent: number;
        /** @description Null while it is not known. */
        secondsRemaining: number | null;
      };
      /** @description Null before the first epoch. */
      latestMetrics:
        | ({
            epoch: number;
          } & {
            [key: string]: unknown;
          })
        | null;
      convergence: {
        /** @enum {string} */
        state: "fluctuating" | "settling" | "converged";
        sinceEpoch?: number;
      };
      stopRequested: boolean;
      /** @enum {string} */
      endReason?: "EPOCHS_COMPLETED" | "EARLY_STOPPING" | "TIME_LIMIT" | "USER_STOP" | "FAILURE";
      /**
       * @description a ULID: 26 characters of Crockford's base 32
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      modelId?: string;
      /** @description Whether a checkpoint is there to go on from: some days after the job's end it is not. */
      resumable: boolean;
      failure?: components["schemas"]["Failure"];
      usage: {
        trainingSeconds: number;
        billableSeconds: number;
      };
    };
    CreateTrainingJob: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name: string;
      /** @enum {string} */
      technique: "unet-gan" | "ar-cnn";
      topics?: components["schemas"]["Topics"];
      /** @description 1 to 64 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates */
      datasetId?: string;
      /**
       * @description By the technique: see `GET /techniques`. Omitted means default.
       *
       *     `unet-gan`:
       *     - `epochs`: an integer from 1 to 2000; default 60. How many passes are made over the training music, in windows of four bars. More passes take longer and help until the music stops getting better.
       *     - `learningRate`: a number from 0.00001 to 0.01; default 0.001. Step size of the critic's updates; the generator's is half of it. Both fall to a tenth over the second half of the training. A higher rate learns faster and less steadily.
       *     - `updateRatio`: an integer from 1 to 10 (critic updates per generator update); default 2. How many updates the critic gets for each update of the generator. More updates make a stronger critic and a slower generator.
       *     - `batchSize`: an integer from 8 to 256 (windows); default 32. Windows of music in one update.
       *     - `transpositionRange`: an integer from 0 to 6 (semitones); default 6. Each window is transposed up or down by a random interval of up to this size, so that the model learns every key. 0 leaves the music in its own keys.
       *     - `modelSize`: small, large; default small. Width of the networks' layers. Small trains on two CPU cores. Large has twice the width, takes about four times the work and wants a GPU.
       *     - `reconstructionWeight`: a number from 0 to 200; default 20. How much the generator is also judged by the accompaniment that the composer wrote. The weight falls to a tenth by the last epoch. A higher weight is safer and less varied; 0 trains by the critic alone.
       *     - `diversityWeight`: a number from 0 to 100; default 10. How much two accompaniments of one melody are pushed apart while they are too much alike, so that a seed means something. 0 leaves it to chance.
       *     - `earlyStopping`: true or false; default false. End the training when the similarity index has stopped falling for a fifth of the epochs (at least ten).
       *     - `seed`: an integer from 0 to 2147483647; default 0. Start of every random choice in the training. The same seed, data and machine give the same model.
       *
       *     `ar-cnn`:
       *     - `epochs`: an integer from 1 to 2000; default 100. How many passes are made over the training music, in windows of eight bars that are spoilt anew each time. More passes take longer and help until the music stops getting better.
       *     - `learningRate`: a number from 0.00001 to 0.01; default 0.002. Step size of the updates. It falls along half a cosine to a hundredth by the last epoch. A higher rate learns faster and less steadily.
       *     - `batchSize`: an integer from 8 to 256 (windows); default 32. Windows of music in one update.
       *     - `transpositionRange`: an integer from 0 to 6 (semitones); default 6. Each window is transposed up or down by a random interval of up to this size, so that the model learns every key. 0 leaves the music in its own keys.
       *     - `modelSize`: small, large; default small. Depth and width of the network. Small has 0.66 million weights and trains on two CPU cores. Large has 1.8 million, takes about four times the work and wants a GPU.
       *     - `earlyStopping`: true or false; default false. End the training when the loss on music that the model does not learn from has stopped falling for a fifth of the epochs (at least ten).
       *     - `seed`: an integer from 0 to 2147483647; default 0. Start of every random choice in the training. The same seed, data and machine give the same model.
       */
      hyperparameters?: {
        [key: string]: unknown;
      };
      /** @description 3600 when not given. */
      maxRuntimeSeconds?: number;
      /**
       * @description An ended job of yours with a checkpoint: training goes on from it.
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      resumeFrom?: string;
    };
    /**
     * @description Tags with the values wanted: any value of a tag, every tag. None selects everything.
     * @example {
     *       "composer": [
     *         "bach"
     *       ],
     *       "mode": [
     *         "minor"
     *       ]
     *     }
     */
    Topics: {
      [key: string]: string[];
    };
    TrainingJobList: {
      items: components["schemas"]["TrainingJob"][];
      /** @description Absent on the last page. */
      nextCursor?: string;
    };
    TrainingMetrics: {
      items: ({
        epoch: number;
      } & {
        [key: string]: unknown;
      })[];
      /** @description The same metrics on the training data; empty until the job has measured them, and where their file is lost. */
      reference: {
        [key: string]: number;
      };
    };
    SampleList: {
      items: {
        epoch: number;
        melodyId: string;
        /** @description Path of the sample, from the API's root. */
        href: string;
      }[];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  getHealth: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Whether the API is there */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getOpenApiDocument: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description This document */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, never>;
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTechniques: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Techniques, with every parameter and hyperparameter */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TechniqueList"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listSampleMelodies: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Built-in melodies, in the public domain */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SampleMelodyList"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTracks: {
    parameters: {
      query?: {
        /** @description How many items a page has, 1 to 100. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Your tracks, newest first */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrackList"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid; `INVALID_CURSOR`: the cursor is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createTrack: {
    parameters: {
      query?: {
        /** @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates */
        name?: string;
        /** @description Which track of the file is the melody. When not given, the track with the most points is chosen, the first of equals: 40 for a name such as Melody, Vocals, Lead or Soprano, -30 for one such as Bass or Chords; up to 30 for one note at a time; 15 for a middle pitch from G3 to E6, -15 for one below C3; 10 for five or more different pitches, -40 for one or two; -20 or -30 for few notes beside the other tracks; -2 for each track before it. Drums (channel 10, names such as Drums, percussion instruments) and click tracks are never chosen, but can be asked for. `changes` says what was chosen, and why, where it is not the first track with notes. */
        trackIndex?: number;
      };
      header?: {
        /** @description A new one for each thing to create; the same request with the same key gets the first answer again, for 24 hours. Without it a request that is repeated after a time-out may create a second resource. */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "audio/midi": Blob | ArrayBuffer | Uint8Array;
        "audio/mid": Blob | ArrayBuffer | Uint8Array;
        "audio/x-midi": Blob | ArrayBuffer | Uint8Array;
        "audio/sp-midi": Blob | ArrayBuffer | Uint8Array;
        "application/x-midi": Blob | ArrayBuffer | Uint8Array;
        "application/octet-stream": Blob | ArrayBuffer | Uint8Array;
        "multipart/form-data": FormData;
      };
    };
    responses: {
      /** @description Upload a MIDI file */
      201: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Path of the resource. */
          Location: string;
          /** @description `true` where this is the first answer to the same request with the same `Idempotency-Key`. */
          "Idempotent-Replayed"?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Track"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid; `MALFORMED_FORM`: the form cannot be read; `INVALID_IDEMPOTENCY_KEY`: the idempotency key is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_KEY_IN_FLIGHT`: a request with this idempotency key is in flight; `CONFLICT`: changed at the same time */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported; `UNSUPPORTED_MEDIA_TYPE`: the content type is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_KEY_REUSED`: the idempotency key was used for another request; `UNREADABLE_MIDI`: the midi file cannot be used; `METRE_NOT_SUPPORTED`: the metre is not supported; `TRACK_NOT_FOUND`: the track does not exist */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `USER_CAP_REACHED`: a cap is reached; API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getTrack: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        trackId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One track */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Track"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteTrack: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        trackId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Delete a track */
      204: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONFLICT`: changed at the same time; `IN_USE`: in use */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: changed since it was read */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  updateTrack: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        trackId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateTrack"];
      };
    };
    responses: {
      /** @description Rename a track */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Track"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid; `MALFORMED_JSON`: the body is not json */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONFLICT`: changed at the same time */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: changed since it was read */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported; `UNSUPPORTED_MEDIA_TYPE`: the content type is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listCompositions: {
    parameters: {
      query?: {
        /** @description How many items a page has, 1 to 100. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Your compositions, newest first */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CompositionList"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid; `INVALID_CURSOR`: the cursor is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createComposition: {
    parameters: {
      query?: never;
      header?: {
        /** @description A new one for each thing to create; the same request with the same key gets the first answer again, for 24 hours. Without it a request that is repeated after a time-out may create a second resource. */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateComposition"];
      };
    };
    responses: {
      /** @description Compose */
      202: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Path of the resource. */
          Location: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          /** @description `true` where this is the first answer to the same request with the same `Idempotency-Key`. */
          "Idempotent-Replayed"?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Composition"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid; `MALFORMED_JSON`: the body is not json; `INVALID_IDEMPOTENCY_KEY`: the idempotency key is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_KEY_IN_FLIGHT`: a request with this idempotency key is in flight; `CONFLICT`: changed at the same time */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FILE_LOST`: a file is lost or damaged */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported; `UNSUPPORTED_MEDIA_TYPE`: the content type is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_KEY_REUSED`: the idempotency key was used for another request; `MODEL_NOT_FOUND`: the model does not exist; `MODEL_OF_ANOTHER_TECHNIQUE`: the model belongs to another technique; `SAMPLE_MELODY_NOT_FOUND`: the sample melody does not exist; `TRACK_NOT_FOUND`: the track does not exist; `COMPOSITION_NOT_FOUND`: the composition does not exist; `INPUT_NOT_READY`: the input is not ready; `BARS_OUT_OF_RANGE`: the bars lie outside the melody; `MELODY_TOO_LONG`: the melody is too long; `PITCH_OUT_OF_RANGE`: a note would leave the range of pitches; `PARAMETERS_NOT_APPLICABLE`: the parameters do not fit the melody */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `USER_CAP_REACHED`: a cap is reached; API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getComposition: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        compositionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One composition */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Composition"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteComposition: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        compositionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Delete a composition that has ended */
      204: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONFLICT`: changed at the same time; `NOT_FINAL`: still being worked on; `IN_USE`: in use */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: changed since it was read */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  updateComposition: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        compositionId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateComposition"];
      };
    };
    responses: {
      /** @description Rename a composition, or change its instruments */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Composition"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid; `MALFORMED_JSON`: the body is not json */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONFLICT`: changed at the same time; `NOT_READY`: not ready */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FILE_LOST`: a file is lost or damaged */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: changed since it was read */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported; `UNSUPPORTED_MEDIA_TYPE`: the content type is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `PROGRAMS_NOT_APPLICABLE`: the programs do not fit the tracks */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getCompositionMidi: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        compositionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The piece as a MIDI file */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name made of the resource's; absent from the JSON form. */
          "Content-Disposition"?: string;
          [name: string]: unknown;
        };
        content: {
          "audio/midi": ArrayBuffer;
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name made of the resource's; absent from the JSON form. */
          "Content-Disposition"?: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_ACCEPTABLE`: not available in an accepted form */
      406: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_READY`: not ready */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FILE_LOST`: a file is lost or damaged */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listCompositionEditEvents: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        compositionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description How a technique that edits note by note came to its result */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EditEventList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found; `EDIT_EVENTS_NOT_AVAILABLE`: the technique leaves no edit events */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_READY`: not ready */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FILE_LOST`: a file is lost or damaged */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listModels: {
    parameters: {
      query?: {
        /** @description How many items a page has, 1 to 100. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Models: those that came with the software, then yours, newest first */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelList"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid; `INVALID_CURSOR`: the cursor is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getModel: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        modelId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One model */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteModel: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        modelId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Delete one of your models */
      204: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONFLICT`: changed at the same time; `IN_USE`: in use; `STOCK_MODEL`: stock models cannot be deleted */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: changed since it was read */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTrainingTopics: {
    parameters: {
      query?: {
        /** @description One query parameter for each tag, named as the tag. */
        tags?: {
          [key: string]: string;
        };
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Topics to train on, with how many pieces there are */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrainingTopics"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOPIC_NOT_FOUND`: the topic does not exist */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `DATASET_NOT_READY`: the data set is not there yet; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTrainingJobs: {
    parameters: {
      query?: {
        /** @description How many items a page has, 1 to 100. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Your training jobs, newest first */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrainingJobList"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid; `INVALID_CURSOR`: the cursor is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createTrainingJob: {
    parameters: {
      query?: never;
      header?: {
        /** @description A new one for each thing to create; the same request with the same key gets the first answer again, for 24 hours. Without it a request that is repeated after a time-out may create a second resource. */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateTrainingJob"];
      };
    };
    responses: {
      /** @description Train a model */
      202: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Path of the resource. */
          Location: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          /** @description `true` where this is the first answer to the same request with the same `Idempotency-Key`. */
          "Idempotent-Replayed"?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrainingJob"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid; `MALFORMED_JSON`: the body is not json; `INVALID_IDEMPOTENCY_KEY`: the idempotency key is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_KEY_IN_FLIGHT`: a request with this idempotency key is in flight; `CONFLICT`: changed at the same time */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported; `UNSUPPORTED_MEDIA_TYPE`: the content type is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_KEY_REUSED`: the idempotency key was used for another request; `DATASET_NOT_FOUND`: the data set does not exist; `TOPIC_NOT_FOUND`: the topic does not exist; `TOPIC_TOO_SMALL`: the topics select too few pieces; `RUN_TOO_LONG`: the run is longer than this deployment allows; `RESUME_NOT_POSSIBLE`: the job cannot be resumed this way */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `USER_CAP_REACHED`: a cap is reached; API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; `DATASET_NOT_READY`: the data set is not there yet; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getTrainingJob: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        trainingJobId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One training job */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrainingJob"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteTrainingJob: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        trainingJobId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Delete a training job that has ended */
      204: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONFLICT`: changed at the same time; `NOT_FINAL`: still being worked on; `IN_USE`: in use */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: changed since it was read */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  stopTrainingJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        trainingJobId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Stop a training job */
      202: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Path of the resource. */
          Location: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrainingJob"];
        };
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONFLICT`: changed at the same time; `ALREADY_FINAL`: already ended */
      409: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: changed since it was read */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many changes at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTrainingJobMetrics: {
    parameters: {
      query?: {
        /** @description Only the epochs after this one, so that a poll fetches only what is new; 0 for all. */
        afterEpoch?: number;
      };
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        trainingJobId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Losses and metrics by epoch */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrainingMetrics"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FILE_LOST`: a file is lost or damaged */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTrainingJobSamples: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        trainingJobId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What the model played after which epoch */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SampleList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FILE_LOST`: a file is lost or damaged */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getTrainingJobSample: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        trainingJobId: string;
        epoch: string;
        melodyId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One sample as a MIDI file */
      200: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name made of the resource's; absent from the JSON form. */
          "Content-Disposition"?: string;
          [name: string]: unknown;
        };
        content: {
          "audio/midi": ArrayBuffer;
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description Stands in the logs of this request. */
          "X-Request-Id": string;
          /** @description Changes with every change of the resource; send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name made of the resource's; absent from the JSON form. */
          "Content-Disposition"?: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `INVALID_REQUEST`: the request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: no access token, or one that is expired, altered or of another user pool */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: the token lacks a scope */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_ACCEPTABLE`: not available in an accepted form */
      406: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FILE_LOST`: a file is lost or damaged */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE`: the body is too large; API Gateway: the body is over api gateway's own 10 mb */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_CONTENT_ENCODING`: the content encoding is not supported */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL`: something went wrong; API Gateway: the function could not be run */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`: the service is overloaded; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description Whole seconds after which it is worth asking again; absent when there is nothing to wait for, and from API Gateway's own answers. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
}
