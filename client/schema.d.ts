// Generated from docs/openapi.json by scripts/generate-openapi.ts.
export interface paths {
  "/health": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Check that the API responds */
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
    /** Get this document */
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
     * List the techniques with every parameter and hyperparameter
     * @description A client can make forms or command-line flags from this response.
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
    /** List the built-in melodies, which are in the public domain */
    get: operations["listSampleMelodies"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/sample-melodies/{sampleMelodyId}/midi": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a built-in melody as a MIDI file
     * @description The response may be kept for a minute (`Cache-Control`). The ETag is the SHA-256 of the bytes.
     */
    get: operations["getSampleMelodyMidi"];
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
    /** List your tracks */
    get: operations["listTracks"];
    put?: never;
    /**
     * Upload a MIDI file
     * @description The file is a standard MIDI file of format 0, 1 or 2 with at most 1 MiB. `changes` lists what was altered or ignored. The chosen track needs notes in bars of 4/4 (or 2/2, 8/8, 16/16), 3/4, 2/4 or 6/8; a file without a time signature is in 4/4. A track without any such bar is refused with `TIME_SIGNATURE_NOT_SUPPORTED`. `usableBars` says which technique takes which bars: a model takes the one time signature in which it was trained (`timeSignature` of `GET /models`), the arranger takes all four. Bars are counted from the beginning of the file, so an upbeat must stand in a whole bar that begins with rests. Notes need not lie on the grid of sixteenths; they keep their ticks and velocities, and only the model hears them on the nearest sixteenth. `trackIndex` chooses one track of several. The body is the file, under any of the types listed, or a form (`multipart/form-data`) with the file, whose other fields may stand in the form or in the query. Without `name` the track is named as the melody in the file, or, where that has no name, as the file in the form. A client that recorded the file, or in which it was edited, says so with `origin`, and of which composition it is an edit with `fromComposition` and `fromTrackIndex`.
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
    /** Get a track */
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
  "/tracks/{trackId}/midi": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get the MIDI file of a track as it was uploaded
     * @description The file is the upload, byte for byte, with all its tracks; `trackIndex` of the track says which one is the melody. With `Accept: application/json` the response is a short-lived URL of the file. The ETag is the SHA-256 of the bytes.
     */
    get: operations["getTrackMidi"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/compositions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List your compositions */
    get: operations["listCompositions"];
    put?: never;
    /**
     * Create a composition
     * @description The response comes at once, and the piece is made afterwards: ask for the path in `Location` until the state is COMPLETED or FAILED. Equal seed, model, input and options give equal music, unless a remark says that time ran out. A technique that adds to the melody keeps it note for note as track 0 and writes the other tracks; one that re-writes it (`ar-cnn` with `melodyLock` false) writes the whole piece as track 0, whose `source` is `generated`; notes that it left alone keep their ticks and velocities. With `inputOptions.allTracks` it re-writes a piece of several tracks: the tracks that it changed are `generated`, and a note for which none of them has room is in one named Added. One that goes on with its input (`extends` of `GET /techniques`) keeps every given note, and its tracks go on after the last one: `transformer` hears a whole piece (`input: { compositionId }`), all tracks of a file (`inputOptions.allTracks`), or one track. Every track of a finished piece can be the input of the next one: `input: { compositionId, trackIndex }`, if the technique takes its time signature. The chosen bars must be in one time signature: that in which the model was trained (4/4, 3/4 or 6/8), or for `arranger` one of 4/4, 3/4, 2/4 and 6/8. Other bars are refused with `TIME_SIGNATURE_NOT_SUPPORTED`. `unet-gan` accompanies the highest notes of an input that has several at once, and keeps the others.
     *
     *     With `variations` the request makes several pieces, or none if it is refused. The response is their list, in the order of their seeds, and `Location` is the path of that list (`GET /compositions?variationGroup=…`): follow each piece by its own path, because each is COMPLETED or FAILED on its own. Together they count as one unfinished composition (`openCompositions` of `GET /usage`) until the last one has ended, and each as one of the compositions that you may keep. Each is the same as a single composition with its seed.
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
    /** Get a composition */
    get: operations["getComposition"];
    put?: never;
    post?: never;
    /** Delete a composition that has ended */
    delete: operations["deleteComposition"];
    options?: never;
    head?: never;
    /** Rename a composition, or change its instruments or its performance */
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
     * Get the piece as a MIDI file
     * @description With `Accept: application/json` the response is a short-lived URL of the file. The ETag is the SHA-256 of the bytes. `?revision=0` asks for the technique's own piece, if it was corrected.
     */
    get: operations["getCompositionMidi"];
    /**
     * Correct the notes of a finished composition
     * @description The body is the piece as a MIDI file, with the notes as they should be, of at most 1 MiB. `If-Match` is required and names the composition's ETag. The file is kept as it is: `GET` gives the same bytes. Notes, tempo, time signature, number of bars and instruments are taken from it, and the metrics are measured again, without those that only the model can know. A track of the file is the piece's track of the same name, or, if the names do not say which, of the same number; one that the file does not have is silent. All bars are in one of the time signatures of pieces, and there are at most 64; otherwise the response is `CORRECTION_NOT_APPLICABLE` with every broken field. Later requests work with the corrected notes: `PATCH`, which writes the file anew from them, and compositions of which this one is the input. A note that stays as it was performed is not performed twice. The edit events still lead to the technique's own piece, which `GET …/midi?revision=0` keeps. Sending the present file again changes nothing.
     */
    put: operations["correctComposition"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/compositions/{compositionId}/input/midi": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get what a finished piece was made of as a MIDI file
     * @description The file has the melody, or the tracks, that the technique was given: the input after `inputOptions`, so with the tempo, the transposition and the bars that were asked for, and on the grid if `rhythmAssist` was. Otherwise notes keep their ticks, and the model hears them on the nearest sixteenth. The file is a copy that was kept when the piece was made: it is there after the input was changed or deleted. A piece that version 0.2 made has no such copy: the response is 404 `INPUT_MIDI_NOT_AVAILABLE`. With `Accept: application/json` the response is a short-lived URL of the file. The ETag is the SHA-256 of the bytes.
     */
    get: operations["getCompositionInputMidi"];
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
     * List the edits by which a composition was made
     * @description The response lists all edits in their order, at most 25,600. An edit adds or removes one cell, a pitch at a sixteenth; edits of one `pass` were chosen together. To replay them, put the notes of `GET /compositions/{compositionId}/input/midi`, with `allTracks` those of all tracks but drums, on the grid (`round(tick / (ticksPerBeat / 4))`, each at least one sixteenth long), then set or clear a cell for each edit: after the last one the cells are those of all these tracks of the result, as it was before any correction. `probability` is how likely the model, just before the edit, found it that the cell should change. In the example the model moves the input's C (60) at the second sixteenth to D (62).
     *
     *     `{"items":[{"step":1,"pitch":60,"kind":"remove","original":true,"pass":0,"probability":0.91},{"step":1,"pitch":62,"kind":"add","original":false,"pass":0,"probability":0.84}]}`
     *
     *     With `Accept: application/vnd.opencomposer.edits+json` the edits come in columns, a fifth as large. A technique that does not work by edits has none: the response is 404 `EDIT_EVENTS_NOT_AVAILABLE`.
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
  "/compositions/{compositionId}/rating": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Rate a finished composition
     * @description Each of your compositions has at most one rating of yours; another rating replaces the one before, and an equal one changes nothing. Ratings are counted by model (`ratings` of `GET /models/{modelId}`) and by technique (`GET /technique-ratings`). The numbers of techniques and stock models are those of all users, and show neither who has rated nor what. They stay when a composition is deleted.
     */
    post: operations["rateComposition"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/compositions/{compositionId}/share": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Share a finished composition by a link
     * @description Whoever has the link sees and hears the piece without signing in, and how it was made if its technique works by edits: `GET /shared/{token}` says what they learn. They see it as it is at that moment and under its present name. A composition has one share: another request makes a new link and ends the one before, so it needs no idempotency key. The link ends with `expiresAt`, with `DELETE`, and with the composition.
     */
    post: operations["shareComposition"];
    /**
     * End the share of a composition
     * @description The link opens nothing from now on. A composition that is not shared stays as it is.
     */
    delete: operations["revokeShare"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/usage": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get your quotas, and what you use of them
     * @description These are all quotas of yours for which a request can be refused (429 `USER_QUOTA_REACHED`). None resets at an instant: unfinished work gives back what it took when it ends, and everything else when it is deleted.
     */
    get: operations["getUsage"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/technique-ratings": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the ratings of each technique
     * @description The numbers are those of all users and all models, deleted compositions included.
     */
    get: operations["listTechniqueRatings"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/shared/{token}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a piece that is shared
     * @description The response names neither the owner nor anything of theirs but the piece: no ids, no inputs and no models of their own. A track has its name if techniques, stock models, data sets of ours or sample melodies give it; any other is called by its instrument. A token that never was one, has expired or was revoked gives the same 404 `SHARE_NOT_FOUND`.
     */
    get: operations["getSharedComposition"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/shared/{token}/midi": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a piece that is shared as a MIDI file
     * @description Tracks have the names of `GET /shared/{token}`, and the file has no other texts. The ETag is the SHA-256 of the bytes. `?revision=0` asks for the technique's own piece, if it was corrected.
     */
    get: operations["getSharedCompositionMidi"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/shared/{token}/edit-events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the edits by which a shared piece was made
     * @description The response is that of `GET /compositions/{compositionId}/edit-events`, in the same forms.
     */
    get: operations["listSharedCompositionEditEvents"];
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
    /**
     * List the stock models, then yours
     * @description The stock models come first, in the order of their ids. Your own follow in the order that `sort` and `order` say.
     */
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
    /** Get a model */
    get: operations["getModel"];
    put?: never;
    post?: never;
    /** Delete one of your models */
    delete: operations["deleteModel"];
    options?: never;
    head?: never;
    /**
     * Rename one of your models
     * @description Compositions that were made with the model show its id, so they do not change.
     */
    patch: operations["updateModel"];
    trace?: never;
  };
  "/models/{modelId}/samples": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List pieces that a model plays
     * @description A stock model has pieces that it played from sample melodies. One of your own has the samples of the last epoch of its training job, as long as the job is kept.
     */
    get: operations["listModelSamples"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/models/{modelId}/samples/{melodyId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a piece that a model plays as a MIDI file
     * @description With `Accept: application/json` the response is a short-lived URL of the file. The ETag is the SHA-256 of the bytes.
     */
    get: operations["getModelSample"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/datasets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List your data sets */
    get: operations["listDatasets"];
    put?: never;
    /**
     * Create a data set for your own MIDI files
     * @description It begins without files and takes at most 20000 files and 1024 MiB together. You say under which license you may train on the files, and confirm it. Your files train your models alone: no other user and no stock model ever learns from them.
     */
    post: operations["createDataset"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/datasets/{datasetId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Get a data set, with what was read of its files */
    get: operations["getDataset"];
    put?: never;
    post?: never;
    /**
     * Delete a data set with all its files and versions
     * @description It is gone with the response. Files that are too many for one request are removed in the minutes after it. Models that were trained on it stay, say so (`dataset.deletedAt`), and may remember its music. While a training on it has not ended, it is not deleted: 409 `IN_USE`.
     */
    delete: operations["deleteDataset"];
    options?: never;
    head?: never;
    /** Rename a data set, or change its description */
    patch: operations["updateDataset"];
    trace?: never;
  };
  "/datasets/{datasetId}/uploads": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Offer files to a data set, and learn where to send them
     * @description For each file the answer is `known` (there is nothing to send), `upload` (PUT the bytes to `url` with these `headers` before `expiresAt`), or `rejected` (with a code and a sentence). A URL takes exactly these bytes, once; 412 from it means that they are there already. A file that was sent is read in the moments after: `GET /datasets/{datasetId}` counts it. A client that was cut off offers the same files again. A file that is still pending after a quarter of an hour counts as lost on its way, and is to be sent again.
     */
    post: operations["offerDatasetFiles"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/datasets/{datasetId}/archives": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Offer a ZIP archive of files to a data set, and learn where to send it
     * @description It has at most 256 MiB and 20000 entries. The answer is `upload` (PUT the bytes to `url` with these `headers` before `expiresAt`), `known` (it is being read), or `rejected` (the same archive was refused, with a code and a sentence). Its files are read in the moments after, each as if it had been sent by itself; `archive` of `GET /datasets/{datasetId}` tells how far that is. Entries that cannot be read are rejected files, and the others are read. An archive can be offered again at any time: what the data set knows is not read twice.
     */
    post: operations["offerDatasetArchive"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/datasets/{datasetId}/files/{sha256}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Get a file of a data set, with what was taken for what in it */
    get: operations["getDatasetFile"];
    put?: never;
    post?: never;
    /**
     * Take a file back out of a data set
     * @description It is gone with the response, whether it is pending, accepted or rejected, and can be offered again. Versions that have it stay as they are.
     */
    delete: operations["withdrawDatasetFile"];
    options?: never;
    head?: never;
    /**
     * Say which tracks of a file are its melody, chords, bass and drums, and have it read again
     * @description The response has the new report. What you say takes the place of what you said before, and holds whenever the file is read. Versions stay as they are.
     */
    patch: operations["overrideDatasetFile"];
    trace?: never;
  };
  "/datasets/{datasetId}/files": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the files of a data set, with what was read from each, or why it was rejected */
    get: operations["listDatasetFiles"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/datasets/{datasetId}/versions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the versions of a data set, the newest first */
    get: operations["listDatasetVersions"];
    put?: never;
    /**
     * Freeze what a data set has now into a version to train on
     * @description A version never changes. It has the pieces of the accepted files in one line-up and one metre, each in one split: music that is alike is never in two. Its id is made of its content, so asking again for the same gives the same version: 200 if it is ready, 202 while it is being made. The response comes at once: ask for the path in `Location` until the state is READY or FAILED. While files or an archive are expected or being read, the answer is 409 `UPLOADS_OPEN`; where no file gives a piece, it is 422 `VERSION_NOT_POSSIBLE` with the counts.
     */
    post: operations["createDatasetVersion"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/datasets/{datasetId}/versions/{versionId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Get a version of a data set: its state, and what is in it */
    get: operations["getDatasetVersion"];
    put?: never;
    post?: never;
    delete?: never;
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
     * List the topics to train on, with the number of pieces of each
     * @description A query selects pieces by their tags: `?composer=bach&mode=minor`. A piece must have every tag that is named. If a tag has several values, which are repeated or joined by commas, the piece must have one of them. Only selected pieces are counted. `datasetId` and `versionId` are no tags: they name a stock data set, or one of yours and its version.
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
    /** List your training jobs */
    get: operations["listTrainingJobs"];
    put?: never;
    /**
     * Train a model
     * @description The response comes at once, and the training goes on afterwards: ask for the path in `Location` until the state is READY, FAILED or STOPPED. The techniques with models can be trained; `arranger` works by rule and cannot. With `resumeFrom`, hyperparameters are inherited unless given (`modelSize` cannot change; `epochs` is the total and must exceed those completed), and topics are the resumed job's and cannot be given.
     */
    post: operations["createTrainingJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/training-jobs/estimate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Tell what a training would take, without beginning it
     * @description The body is that of `POST /training-jobs`, and it is refused for the same reasons, apart from quotas. Nothing is launched or kept. The response counts the music that the topics select and the windows into which it is cut, and says how long an epoch would last by the speed of your last training of the same technique and model size on the present machines. Where there is none, `measured` and the minutes are null.
     */
    post: operations["estimateTrainingJob"];
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
    /** Get a training job */
    get: operations["getTrainingJob"];
    put?: never;
    post?: never;
    /**
     * Delete a training job that has ended
     * @description The job's progress, samples and checkpoints are deleted with it. Its model stays.
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
     * @description Repeating the request is harmless. For a job that is READY or FAILED the response is 409 `ALREADY_FINAL`.
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
    /** List losses and metrics by epoch */
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
    /** List the samples that the model played, by epoch */
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
     * Get a sample as a MIDI file
     * @description With `Accept: application/json` the response is a short-lived URL of the file. The ETag is the SHA-256 of the bytes.
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
  "/me/data": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get whether your data as a whole are being erased, or were
     * @description The response says how far your latest erasure is, what was left at the last look, and in the end where nothing was found. It is kept for 90 days after the end, unless you ask for another one.
     */
    get: operations["getUserData"];
    put?: never;
    post?: never;
    /**
     * Erase everything that is yours
     * @description All of it is deleted for good: tracks, compositions, ratings, shares, models, training jobs with their checkpoints and samples, quotas, with every earlier version of every file. It cannot be undone. Trainings are stopped first. The response comes at once, and the erasure goes on afterwards: ask for the path in `Location` until the state of `erasure` is ERASED. A request while an erasure is under way begins none and gives that one. Until the end, requests that would add something are refused with 409 `ERASURE_UNDER_WAY`; reading, deleting and stopping go on. Your account at Cognito stays, and so do the totals of ratings by technique and stock model, which say nothing of who rated. Logs and backups expire by themselves (docs/privacy.md).
     */
    delete: operations["eraseUserData"];
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
    /** @description A response of the API that says why a request was refused or failed (RFC 9457). */
    Problem: {
      /** @example urn:opencomposer:problem:invalid-request */
      type: string;
      title: string;
      status: number;
      detail: string;
      /** @description The path of the request. */
      instance: string;
      /**
       * @description The kind of the problem. Codes are stable, so that a client can decide by them.
       * @example INVALID_REQUEST
       */
      code: string;
      /** @description The id under which the logs have this request. */
      requestId: string;
      errors?: components["schemas"]["FieldError"][];
      /** @description What needs the resource, at most 20 of them. Only a problem with the code `IN_USE` has it. */
      usedBy?: components["schemas"]["ResourceUser"][];
      /** @description The number of those that `usedBy` does not list, if any. */
      usedByMore?: number;
    };
    FieldError: {
      /**
       * @description The broken field: a JSON pointer into the body, `?name` of a query parameter, or `Name:` of a header.
       * @example /hyperparameters/epochs
       */
      pointer: string;
      reason: string;
      /** @description The value that was given, or the beginning of it. It is absent where none was given. */
      value?: unknown;
      /** @description The allowed range, values or form, in words. */
      allowed: string;
    };
    /** @description An unfinished composition or training job that needs the resource. */
    ResourceUser: {
      /** @enum {string} */
      type: "composition" | "training-job";
      id: string;
      name: string;
    };
    /** @description An error response of API Gateway, which it sends before a request reaches the API's functions. */
    GatewayError: {
      message: string;
    };
    TechniqueList: {
      items: components["schemas"]["Technique"][];
    };
    Technique: {
      /** @enum {string} */
      id: "unet-gan" | "ar-cnn" | "transformer" | "arranger";
      name: string;
      description: string;
      /** @description True if the technique follows rules: it has no models, and compositions with it have no `modelId`. */
      byRule: boolean;
      /** @description True if the technique goes on with its input: the piece is longer than what was given, which stays as it is. */
      extends: boolean;
      /** @description True if the technique can hear all tracks of its input (`inputOptions.allTracks`). To any other technique, one of them is the melody. */
      hearsTracks: boolean;
      /** @description The time signatures in which it composes. The bars that a composition chooses are all in one of them, which is that of its model, if it has one. */
      timeSignatures: ("4/4" | "3/4" | "2/4" | "6/8")[];
      /** @description The parameters of a composition. */
      parameters: components["schemas"]["Parameter"][];
      /** @description The hyperparameters of a training job. */
      hyperparameters: components["schemas"]["Parameter"][];
    };
    Parameter: {
      name: string;
      /** @description A short name, for the label of a form. */
      title: string;
      /** @enum {string} */
      type: "integer" | "number" | "boolean" | "string";
      unit?: string;
      minimum?: number;
      maximum?: number;
      /** @description The difference of neighboring values in a form. `minimum`, `maximum` and `default` are multiples of it. Values between its multiples are allowed, too. Only numbers have it. */
      step?: number;
      /**
       * @description How a slider divides the range: in equal differences (`linear`) or in equal ratios (`log`). Only numbers have it.
       * @enum {string}
       */
      scale?: "linear" | "log";
      values?: string[];
      default: number | boolean | string;
      description: string;
      /**
       * @description `main` is what a form shows first, of parameters and of hyperparameters at most 5 each; `more` is what it shows on demand.
       * @enum {string}
       */
      group: "main" | "more";
      /**
       * @description This member is present where a job with `resumeFrom` cannot change the value.
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
      /** @description The author and the year of the tune, which show why it is in the public domain. */
      origin: string;
      bars: number;
      /** @enum {string} */
      timeSignature: "4/4" | "3/4" | "2/4" | "6/8";
      /** @description The tempo in quarter notes a minute. */
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
      /** @description The number of bars that the chosen track has, counted by the time signatures from the beginning of the file. A note that ends less than a sixteenth after a bar line is taken to end on it. */
      bars: number;
      /** @description The bar, from 1, in which the first note begins. */
      firstBarWithNotes: number;
      /** @description The bars that do not have four quarter notes. `usableBars` says who takes which of them. */
      otherTimeSignatures: {
        firstBar: number;
        lastBar: number;
        timeSignature: string;
      }[];
      /** @description The bars that can be composed with, from the first in which a note begins, and the techniques that take them. `startBar` and `bars` of a composition choose at most 64 bars inside one of these ranges. 2/2 and others whose bars have four quarter notes are 4/4 here. */
      usableBars: {
        firstBar: number;
        lastBar: number;
        /** @enum {string} */
        timeSignature: "4/4" | "3/4" | "2/4" | "6/8";
        techniques: ("unet-gan" | "ar-cnn" | "transformer" | "arranger")[];
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
      /** @description Sentences for people that say what was altered or ignored when the file was read. */
      changes: string[];
      /** @description Where the file comes from: `upload` is a file that you had, `recording` was played or sung into a client, `edit` was changed by hand in a client. A client says it when it sends the file. */
      origin: {
        /** @enum {string} */
        kind: "upload" | "recording" | "edit";
        /**
         * @description The composition that was edited. It may have been deleted since.
         * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
         */
        compositionId?: string;
        /** @description The track of it that was edited. */
        trackIndex?: number;
      };
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
      /** @description The MIDI file. Exactly one part of the form is a file. */
      file: string;
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name?: string;
      /** @description The same as `trackIndex` in the query. An empty field counts as not given. */
      trackIndex?: number;
      /**
       * @description Where the file comes from: `upload` is a file that you had, `recording` was played or sung into a client, `edit` was changed by hand in a client. Without it, it is an upload.
       * @default upload
       * @enum {string}
       */
      origin: "upload" | "recording" | "edit";
      /**
       * @description The composition that was edited, one of your COMPLETED ones. It needs `origin=edit`.
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      fromComposition?: string;
      /** @description The track of that composition that was edited. Without it, it is the whole piece. It needs `fromComposition`. */
      fromTrackIndex?: number;
    };
    TrackList: {
      items: components["schemas"]["Track"][];
      /** @description The number of items that fit the filters, on all pages together. */
      total: number;
      /** @description Send it as `cursor` to get the next page. The last page has none. */
      nextCursor?: string;
    };
    UpdateTrack: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name: string;
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
    Composition: {
      /**
       * @description a ULID: 26 characters of Crockford's base 32
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      id: string;
      name: string;
      /** @enum {string} */
      technique: "unet-gan" | "ar-cnn" | "transformer" | "arranger";
      /** @description The model. A composition by rule (`technique` is `arranger`) has none. */
      modelId?: string;
      seed: number;
      /**
       * @description The same for all pieces of one request with `variations`. One that was asked for without `variations` does not have it.
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      variationGroup?: string;
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
      /**
       * Format: date-time
       * @description The instant at which work on the piece began; before it, the piece waits. One that is tried again, because the model was not there yet, keeps its first instant. Pieces of version 0.2 do not have it, nor do those that failed before anybody began.
       * @example 2026-01-31T12:00:00.000Z
       */
      startedAt?: string;
      /**
       * Format: date-time
       * @description The instant at which the piece was COMPLETED or FAILED. Later changes move `updatedAt` alone. Pieces of version 0.2 do not have it.
       * @example 2026-01-31T12:00:00.000Z
       */
      finishedAt?: string;
      input: components["schemas"]["CompositionInput"];
      inputOptions: components["schemas"]["InputOptions"];
      parameters: {
        [key: string]: number | boolean | string;
      };
      /** @description How the piece is performed. Pieces of version 0.2 are not, and do not have it. */
      performance?: {
        /** @description Velocities follow the phrases, the bars and the voices, with the tune in front. A tune, or another uploaded track of a piece that goes on, keeps its own velocities where they differ. On unless it is false. */
        dynamics?: boolean;
        /** @description Each track has a volume and a place between left and right. On unless it is false. */
        mix?: boolean;
        /** @description The other voices end up to a 32nd early before rests and where a phrase of the tune ends. The tune keeps its lengths, and so do all uploaded notes of a piece that goes on. On unless it is false. */
        breaths?: boolean;
        /** @description The tempo slows down by 8 % over the bar before the tune's last note, which is held 1.5 times as long, but at most a bar longer. Where other voices move under it, it stays at the slower tempo; what sounds after it has the piece's tempo. On unless it is false. */
        ritardando?: boolean;
        /**
         * @description The instruments of all tracks. `model`, which is the default, leaves those of the melody and of the model. The lowest track is the bass, which may be the melody itself. Tracks of the technique that are named after their instruments are named after the new ones. The arranger's volumes stay as they are.
         * @enum {string}
         */
        instruments?: "model" | "choir" | "strings" | "brass" | "organ" | "piano" | "band";
      };
      /**
       * @description This member is present if a person has corrected the notes (`PUT /compositions/{compositionId}/midi`). `output` is that of the corrected piece.
       * @enum {boolean}
       */
      edited?: true;
      /**
       * @description How you have rated the piece.
       * @enum {string}
       */
      rating?: "poor" | "neutral" | "good";
      /** @description The piece is shared, or was until `expiresAt`. The link itself is in the response to `POST /compositions/{compositionId}/share` alone. */
      share?: {
        /**
         * Format: date-time
         * @description ISO 8601, UTC
         * @example 2026-01-31T12:00:00.000Z
         */
        createdAt: string;
        /**
         * Format: date-time
         * @description The instant after which the link opens nothing.
         * @example 2026-01-31T12:00:00.000Z
         */
        expiresAt: string;
      };
      failure?: components["schemas"]["Failure"];
      output?: {
        bars: number;
        /** @description The tempo in quarter notes a minute. */
        tempo: number;
        /**
         * @description The time signature of all bars.
         * @enum {string}
         */
        timeSignature: "4/4" | "3/4" | "2/4" | "6/8";
        tracks: {
          index: number;
          name: string;
          /** @description The instrument, as a General MIDI program. */
          program: number;
          noteCount: number;
          /**
           * @description `generated` means that the technique wrote the track, or re-wrote it. `extended` means that the notes of the input are in it, as they were, and that the technique went on with them.
           * @enum {string}
           */
          source: "input" | "generated" | "extended";
          /** @description The bar in which the first new note can begin, on a track that goes on with the input or enters after it. */
          generatedFromBar?: number;
          /**
           * @description This member is present if the track's pitches stand for drums, on MIDI channel 10.
           * @enum {boolean}
           */
          isDrums?: true;
        }[];
        metrics: components["schemas"]["Metrics"];
        editEventCount?: number;
        /** @description Sentences for people about what the technique did otherwise than usual: that a low tune is the bass, that a voice rests in the whole piece and so has no track, that nothing was added to the melody, and what may change that, which tracks of the input go on and which rest in what is added, or that time ran out before all candidates were written. */
        remarks: string[];
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
          /** @description The track of that piece that is the melody. Without it, the melody is track 0, which is that piece's own; a technique that goes on with its input (`extends` of `GET /techniques`) is given the whole piece. */
          trackIndex?: number;
        };
    InputOptions: {
      /** @description The tempo in quarter notes a minute. Without it the tempo of the input stays. */
      tempo?: number;
      /** @description The number of semitones by which the melody is moved up, or down if it is negative. */
      transpose?: number;
      /** @description True moves the melody onto the grid of sixteenths. */
      rhythmAssist?: boolean;
      /** @description The first bar that is used. Bars count from 1. */
      startBar?: number;
      /** @description The number of bars that are used. Without it, all bars to the end of the melody are used. A technique that goes on with its input (`extends` of `GET /techniques`) takes at most 63, because a piece has 64. */
      bars?: number;
      /** @description True gives the technique all tracks of an uploaded file or of a composition, and not only one. Of a file, the chosen track comes first, and all have its bars. The technique must hear tracks (`hearsTracks` of `GET /techniques`). Up to 16 tracks are heard: the first one and those with the most notes. Drums and further tracks stay in the piece. `transformer` goes on with as many of them as its model has voices, the first one among them unless `extendedTracks` leaves it out, and `output.remarks` names the others. `ar-cnn` re-writes all that it hears, but for the first track if `melodyLock` is true, and every track keeps its own notes. */
      allTracks?: boolean;
      /** @description The indices of the tracks that go on, of `tracks` of the file or of `output.tracks` of the composition. The others stay as they are, rest in what is added, and are not heard. A note of one of them must begin in the chosen bars. Without it all go on, but no more than the model has voices. It is for a technique that goes on with its input (`extends` of `GET /techniques`), and for an input whose tracks are all given. */
      extendedTracks?: number[];
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
    CompositionList: {
      items: components["schemas"]["Composition"][];
      /** @description The number of items that fit the filters, on all pages together. */
      total: number;
      /** @description Send it as `cursor` to get the next page. The last page has none. */
      nextCursor?: string;
    };
    CreateComposition: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name: string;
      /** @enum {string} */
      technique: "unet-gan" | "ar-cnn" | "transformer" | "arranger";
      /** @description The model: the id of a stock model or of one of yours (`GET /models`), of the same technique. It is required, but for a technique by rule (`byRule` of `GET /techniques`), which has no models. */
      modelId?: string;
      /** @description Without it the seed is drawn at random; the response says which one. */
      seed?: number;
      /** @description Asks for so many pieces at once. They differ in the seed alone: the first one has `seed`, and each other one the seed before it plus 1, so `seed` can be at most 2147483647 less the number of others. The response is a list, also of one. */
      variations?: number;
      /**
       * @description Parameters depend on the technique; `GET /techniques` lists them.
       *
       *     `unet-gan`:
       *     - `ending`: true or false; default true. End the piece: the voices hold a chord in root position from your melody's last note to its end, the tonic's if the melody ends on a tone of it. Without it they go on as the model writes them.
       *
       *     `ar-cnn`:
       *     - `maxPercentageOfInitialNotesRemoved`: an integer from 0 to 100 (percent); default 100. How much of your own music may be taken away, if “Melody lock” does not keep all of it. 0 only adds notes. Counted in sixteenths: a quarter note is four.
       *     - `maxNotesAdded`: an integer from 50 to 1000 (sixteenths); default 500. How much music may be added to yours. Counted in sixteenths: a quarter note is four. Three voices in eight bars take 384; with less, some of them enter late or not at all. Meant for eight bars; a longer piece may have more in proportion.
       *     - `samplingIterations`: an integer from 0 to 100 (iterations); default 100. How far the model goes on its way, in hundredths. 100 goes on until nothing is left to do, fewer stay closer to your input, and 0 changes nothing. With one edit per pass and without voice leading it is the number of edits, as in the original AR-CNN.
       *     - `temperature`: a number from 0.5 to 6; default 1. How daring the edits are. Low takes the likeliest edits and sounds safe; high takes unlikely ones too, and re-writes much of a melody that is not locked.
       *     - `editsPerPass`: an integer from 1 to 32 (edits); default 32. How many notes, each in a beat of its own, are added to or removed from the piece each time the model has read it. 1 is a single sixteenth, as in the original AR-CNN. At most “Edits per pass” times “Sampling iterations” sixteenths are edited in all; for voices that are written as lines, only this limit counts. Meant for eight bars; a longer piece may have more in proportion.
       *     - `melodyLock`: true or false; default true. Keep every note of your input as it is and write only around it. Without it the model may re-write your melody, too. If all tracks are given, the first one is kept and the others are re-written.
       *     - `voiceLeading`: true or false; default true. Write what is added to a locked melody as lines, each a track of its own: alto, tenor and bass, which do not cross and avoid parallel fifths and octaves. Without it the added notes are one track.
       *     - `aboveMelody`: true or false; default false. Allow notes above a locked melody.
       *     - `beyondMelody`: true or false; default false. Allow notes before a locked melody begins and after it has ended.
       *     - `ending`: true or false; default true. End the piece, if voices are written to a locked melody: they hold a chord in root position from your melody's last note to its end, the tonic's if the melody ends on a tone of it. Without it they go on as the model writes them.
       *     - `firstBar`: an integer from 1 to 64 (bars); default 1. The first bar that may be edited, counted from the first bar of the input. The music before it stays as it is.
       *     - `lastBar`: an integer from 0 to 64 (bars); default 0. The last bar that may be edited, counted from the first bar of the input; 0 is the last of the piece. The music after it stays as it is.
       *     - `lowestPitch`: an integer from 0 to 127 (MIDI note number); default 0. The lowest pitch that may be added or removed: 60 is middle C, 12 more or less is an octave.
       *     - `highestPitch`: an integer from 0 to 127 (MIDI note number); default 127. The highest pitch that may be added or removed: 60 is middle C, 12 more or less is an octave.
       *     - `density`: a number from 0.25 to 2 (times the training music's); default 1. How many notes should sound at once, and so how many voices are added to a melody: one up to 0.5, three at 1, five at 2. 1 is as many as in the music the model has learned from, less is thinner, more is fuller. Without voice leading the notes come to about as many, and a thin melody may stay alone below 1.
       *     - `minProbability`: a number from 0 to 0.95; default 0. How sure the model must be of an edit. 0 lets it invent; 0.5 with a temperature of 0.5 and without “Melody lock” only corrects what is likelier wrong than right. Of notes that it adds to a locked melody a model is seldom so sure: the stock model writes less from 0.2 on, half at 0.5, a sixth at 0.6, next to nothing at 0.7 and nothing from 0.8 on.
       *
       *     `transformer`:
       *     - `samplingTechnique`: minP, nucleus, topK, random; default minP. How the next note is drawn from those that the model finds likely. minP leaves out what is much less likely than the likeliest; nucleus draws from the likeliest that together have a probability; topK draws from a number of likeliest; random draws from all. The original had the last three.
       *     - `samplingThreshold`: a number from 0 to 1; default 0.05. How many possibilities are drawn from. minP: the share of the likeliest one's probability, after the creative risk, that another needs, so that more is safer. nucleus: the probability that all have together, and topK: their number, from 1 at 0 to 32 at 1, so that more is more varied. Without a meaning for random.
       *     - `creativeRisk`: a number from 0 to 2; default 0.9. How daring the choice is. 0 always takes the likeliest, 1 is as varied as the music that the model has learned from, and more takes unlikely notes more often. Above 1 those that are far less likely than the likeliest are left out: from 1.2 on all with less than a twentieth of its probability.
       *     - `inputDuration`: a number from 0 to 120 (seconds); default 0. How much of your piece the model hears, counted back from its end, in whole bars. 0 is all that it can hear. What it does not hear stays in the piece, too.
       *     - `trackExtensionDuration`: a number from 2 to 120 (seconds); default 30. How much is added, in whole bars at the piece's tempo. A piece has at most 64 bars in all.
       *     - `extensionBars`: an integer from 0 to 63 (bars); default 0. How much is added, in bars, after the last bar that you give, also if it rests. 0 leaves it to the track extension duration.
       *     - `maximumRestTime`: a number from 0 to 10 (seconds); default 0. The longest silence of a voice in what is added, in whole sixteenths and never less than one. 0 sets no limit.
       *     - `maximumNoteLength`: a number from 0 to 10 (seconds); default 0. The longest note in what is added, in whole sixteenths and never less than one. 0 sets no limit. A performance may hold the last note longer.
       *     - `ending`: cadence, open; default cadence. With cadence the music comes to an end in its last bar, and of several candidates one is taken that ends on the tonic if there is one. With open it is cut at the bar line, as if it went on.
       *     - `voices`: given, all; default given. With given your tracks go on: those that you choose, or all. Of more than the model has voices the first goes on, and others spread from high to low; remarks say which rest. With all the model's other voices enter where your piece ends, as tracks of their own.
       *     - `density`: an integer from 0 to 4; default 0. How many notes a voice has in each bar of what is added, from 1 (as in the quietest quarter of the music that the model has learned from) to 4 (as in the busiest). 0 leaves it to the model.
       *     - `lowestPitch`: an integer from 0 to 127 (MIDI note number); default 0. The lowest pitch that is added: 60 is middle C, 12 more or less is an octave. Each voice keeps to a register near your track's. Where that has too few of the allowed pitches, what is added is moved by octaves.
       *     - `highestPitch`: an integer from 0 to 127 (MIDI note number); default 127. The highest pitch that is added: 60 is middle C, 12 more or less is an octave. Each voice keeps to a register near your track's. Where that has too few of the allowed pitches, what is added is moved by octaves.
       *     - `keepRegister`: true or false; default false. What is added to a track goes no more than two semitones beyond its own lowest and highest note. The lowest and the highest pitch come before this.
       *     - `candidates`: an integer from 1 to 8; default 8. How many continuations are written side by side, fewer if time runs out, which a remark says. You get the one that ends best, and among equals the likeliest.
       *
       *     `arranger`:
       *     - `style`: pop, rock, jazz, bossa, waltz; default pop. The band and its rhythms. The waltz is played in 3/4 and 6/8, the other styles in 4/4, 3/4, 2/4 and 6/8: the time signature is the melody's. In 6/8 those four share one rhythm and differ by instruments and chords.
       *     - `density`: sparse, normal, full; default normal. How many instruments play besides the drums: two (chords and bass), three (held chords, too) or four (and one that plays the chords' tones in turn). A melody that is a bass line takes the place of the bass.
       *     - `chordRhythm`: bar, half-bar, beat; default half-bar. How often the chord may change. It changes only where the melody asks for it.
       *     - `drums`: true or false; default true. Whether drums play, on MIDI channel 10.
       *     - `swing`: true or false; default false. The band plays the off-beat eighths late, in the last third of the beat. Meant for a melody that swings, because the melody itself keeps its ticks. In 6/8, whose beats are thirds already, nothing changes.
       */
      parameters?: {
        [key: string]: unknown;
      };
      input: components["schemas"]["CompositionInput"];
      inputOptions?: components["schemas"]["InputOptions"];
      performance?: components["schemas"]["Performance"];
    };
    /** @description What the MIDI file adds to the notes, as a player does. No note begins at another time. */
    Performance: {
      /** @description Velocities follow the phrases, the bars and the voices, with the tune in front. A tune, or another uploaded track of a piece that goes on, keeps its own velocities where they differ. On unless it is false. */
      dynamics?: boolean;
      /** @description Each track has a volume and a place between left and right. On unless it is false. */
      mix?: boolean;
      /** @description The other voices end up to a 32nd early before rests and where a phrase of the tune ends. The tune keeps its lengths, and so do all uploaded notes of a piece that goes on. On unless it is false. */
      breaths?: boolean;
      /** @description The tempo slows down by 8 % over the bar before the tune's last note, which is held 1.5 times as long, but at most a bar longer. Where other voices move under it, it stays at the slower tempo; what sounds after it has the piece's tempo. On unless it is false. */
      ritardando?: boolean;
      /**
       * @description The instruments of all tracks. `model`, which is the default, leaves those of the melody and of the model. The lowest track is the bass, which may be the melody itself. Tracks of the technique that are named after their instruments are named after the new ones. The arranger's volumes stay as they are.
       * @enum {string}
       */
      instruments?: "model" | "choir" | "strings" | "brass" | "organ" | "piano" | "band";
    };
    UpdateComposition: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name?: string;
      /** @description The new instruments of tracks of the finished piece (General MIDI, counted from 0). They win over the instruments of `performance` in the same request. A track of the technique that is named after its instrument is named after the new one. */
      programs?: {
        index: number;
        /** @description The instrument, as a General MIDI program. */
        program: number;
      }[];
      /** @description Changes how the finished piece is performed. What it does not name stays as it is. `instruments` gives all tracks new instruments; `model` gives them back those of melody and model. */
      performance?: {
        /** @description Velocities follow the phrases, the bars and the voices, with the tune in front. A tune, or another uploaded track of a piece that goes on, keeps its own velocities where they differ. On unless it is false. */
        dynamics?: boolean;
        /** @description Each track has a volume and a place between left and right. On unless it is false. */
        mix?: boolean;
        /** @description The other voices end up to a 32nd early before rests and where a phrase of the tune ends. The tune keeps its lengths, and so do all uploaded notes of a piece that goes on. On unless it is false. */
        breaths?: boolean;
        /** @description The tempo slows down by 8 % over the bar before the tune's last note, which is held 1.5 times as long, but at most a bar longer. Where other voices move under it, it stays at the slower tempo; what sounds after it has the piece's tempo. On unless it is false. */
        ritardando?: boolean;
        /**
         * @description The instruments of all tracks. `model`, which is the default, leaves those of the melody and of the model. The lowest track is the bass, which may be the melody itself. Tracks of the technique that are named after their instruments are named after the new ones. The arranger's volumes stay as they are.
         * @enum {string}
         */
        instruments?: "model" | "choir" | "strings" | "brass" | "organ" | "piano" | "band";
      };
    };
    EditEventList: {
      items: {
        /** @description The number of sixteenths from the beginning of the piece to the cell. */
        step: number;
        pitch: number;
        /** @enum {string} */
        kind: "add" | "remove";
        /** @description True if the cell sounded in the input. */
        original: boolean;
        /** @description The pass in which the edit was chosen, from 0. Edits of one pass were chosen together. */
        pass: number;
        /** @description The probability that this cell should change, as the model gave it just before the edit. */
        probability: number;
      }[];
    };
    /** @description Edit events by their members. All columns are equally long: the entries at one index are one edit. */
    EditEventColumns: {
      step: number[];
      pitch: number[];
      /** @description 1 if the edit adds its cell (`kind` is `add`), 0 if it removes it. */
      added: (0 | 1)[];
      /** @description 1 if the cell sounded in the input. */
      original: (0 | 1)[];
      pass: number[];
      /** @description With three digits after the point. */
      probability: number[];
    };
    RateComposition: {
      /**
       * @description How the piece sounds to you.
       * @enum {string}
       */
      rating: "poor" | "neutral" | "good";
    };
    /** @description A link to a piece. Only its digest is kept, so no later response has the token or the URL. */
    CompositionShare: {
      /** @description The link, `/shared/{token}`, relative to the API's address. The console has its page of the piece at the same path of its own address. */
      url: string;
      /**
       * @description The token of a share
       * @example q3Zk0m1Yb7T2sXcV9hNfLdRpWuEaGjKo
       */
      token: string;
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description The instant after which the link opens nothing.
       * @example 2026-01-31T12:00:00.000Z
       */
      expiresAt: string;
    };
    ShareComposition: {
      /** @description The number of days for which the link opens the piece; without it 30. */
      days?: number;
    };
    Usage: {
      quotas: components["schemas"]["Quotas"];
      used: components["schemas"]["UsedQuotas"];
    };
    /** @description The maximum of each thing that you may have at once. */
    Quotas: {
      /** @description Compositions that have not ended. The variations of one request count as one until the last of them has ended. */
      openCompositions: number;
      /** @description Training jobs that have not ended. */
      openTrainingJobs: number;
      tracks: number;
      compositions: number;
      /** @description Models of your own, and one for each training job that has not ended, because it may become one. */
      models: number;
      /** @description Training jobs that are kept, whether or not they have ended. */
      trainingJobs: number;
      /** @description Bytes of tracks and models together. */
      storedBytes: number;
      /** @description Data sets of your own. */
      datasets: number;
    };
    /** @description What you have of each now. Where it is as much as the quota, a request that takes more gets 429 `USER_QUOTA_REACHED`. It can be more than the quota: a training may end with a model that takes you over, and an operator may lower a quota. */
    UsedQuotas: {
      /** @description Compositions that have not ended. The variations of one request count as one until the last of them has ended. */
      openCompositions: number;
      /** @description Training jobs that have not ended. */
      openTrainingJobs: number;
      tracks: number;
      compositions: number;
      /** @description Models of your own, and one for each training job that has not ended, because it may become one. */
      models: number;
      /** @description Training jobs that are kept, whether or not they have ended. */
      trainingJobs: number;
      /** @description Bytes of tracks and models together. */
      storedBytes: number;
      /** @description Data sets of your own. */
      datasets: number;
    };
    TechniqueRatingList: {
      items: {
        /** @enum {string} */
        technique: "unet-gan" | "ar-cnn" | "transformer" | "arranger";
        ratings: components["schemas"]["Ratings"];
      }[];
    };
    /** @description The numbers of compositions by the rating that their owners gave: of everyone's for a technique or a stock model, of yours for a model of your own. They stay when compositions are deleted. A stock model whose file is replaced begins with none. */
    Ratings: {
      poor: number;
      neutral: number;
      good: number;
      /** @description The mean, of which poor counts 0, neutral 1 and good 2. It is absent until there is a rating. */
      mean?: number;
    };
    SharedComposition: {
      name: string;
      /** @enum {string} */
      technique: "unet-gan" | "ar-cnn" | "transformer" | "arranger";
      /** @description The model, if it is a stock model. A model of the owner's own is not named, and a piece by rule has none. */
      modelId?: string;
      seed: number;
      /**
       * Format: date-time
       * @description The instant at which the piece was COMPLETED or FAILED. Later changes move `updatedAt` alone. Pieces of version 0.2 do not have it.
       * @example 2026-01-31T12:00:00.000Z
       */
      finishedAt?: string;
      /** @description The sample melody of which the piece was made. Inputs of the owner's own are not named. */
      sampleMelodyId?: string;
      inputOptions: components["schemas"]["InputOptions"];
      parameters: {
        [key: string]: number | boolean | string;
      };
      /** @description How the piece is performed. Pieces of version 0.2 are not, and do not have it. */
      performance?: {
        /** @description Velocities follow the phrases, the bars and the voices, with the tune in front. A tune, or another uploaded track of a piece that goes on, keeps its own velocities where they differ. On unless it is false. */
        dynamics?: boolean;
        /** @description Each track has a volume and a place between left and right. On unless it is false. */
        mix?: boolean;
        /** @description The other voices end up to a 32nd early before rests and where a phrase of the tune ends. The tune keeps its lengths, and so do all uploaded notes of a piece that goes on. On unless it is false. */
        breaths?: boolean;
        /** @description The tempo slows down by 8 % over the bar before the tune's last note, which is held 1.5 times as long, but at most a bar longer. Where other voices move under it, it stays at the slower tempo; what sounds after it has the piece's tempo. On unless it is false. */
        ritardando?: boolean;
        /**
         * @description The instruments of all tracks. `model`, which is the default, leaves those of the melody and of the model. The lowest track is the bass, which may be the melody itself. Tracks of the technique that are named after their instruments are named after the new ones. The arranger's volumes stay as they are.
         * @enum {string}
         */
        instruments?: "model" | "choir" | "strings" | "brass" | "organ" | "piano" | "band";
      };
      /**
       * @description This member is present if a person has corrected the notes (`PUT /compositions/{compositionId}/midi`). `output` is that of the corrected piece.
       * @enum {boolean}
       */
      edited?: true;
      output: {
        bars: number;
        /** @description The tempo in quarter notes a minute. */
        tempo: number;
        /**
         * @description The time signature of all bars.
         * @enum {string}
         */
        timeSignature: "4/4" | "3/4" | "2/4" | "6/8";
        tracks: {
          index: number;
          name: string;
          /** @description The instrument, as a General MIDI program. */
          program: number;
          noteCount: number;
          /**
           * @description `generated` means that the technique wrote the track, or re-wrote it. `extended` means that the notes of the input are in it, as they were, and that the technique went on with them.
           * @enum {string}
           */
          source: "input" | "generated" | "extended";
          /** @description The bar in which the first new note can begin, on a track that goes on with the input or enters after it. */
          generatedFromBar?: number;
          /**
           * @description This member is present if the track's pitches stand for drums, on MIDI channel 10.
           * @enum {boolean}
           */
          isDrums?: true;
        }[];
        metrics: components["schemas"]["Metrics"];
        editEventCount?: number;
      };
      /**
       * Format: date-time
       * @description The instant after which the link opens nothing.
       * @example 2026-01-31T12:00:00.000Z
       */
      expiresAt: string;
    };
    ModelList: {
      items: components["schemas"]["Model"][];
      /** @description The number of items that fit the filters, on all pages together. */
      total: number;
      /** @description Send it as `cursor` to get the next page. The last page has none. */
      nextCursor?: string;
    };
    Model: {
      id: string;
      name: string;
      /** @description The id of a technique of `GET /techniques`, or of one that this deployment does not have. */
      technique: string;
      /** @description True if the model came with the software. Everyone can use such a model, and nobody can rename or delete it. */
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
      /** @description The SHA-256 of the ONNX file, in hexadecimal digits. */
      sha256: string;
      bytes: number;
      metrics: components["schemas"]["Metrics"];
      dataset: {
        id: string;
        version: string;
        sha256: string;
        license: string;
        pieces: number;
        topics: {
          [key: string]: string[];
        };
        /**
         * @description Marks a data set of yours. Topics of which it has fewer than five pieces are not named.
         * @enum {boolean}
         */
        private?: true;
        /** @enum {string} */
        lineUp?: "lines" | "band" | "trio";
        /** @description The number of the rule by which its files were read. */
        extractionRule?: number;
        /** @description The bars of the version. */
        bars?: number;
        /** @description The share of the bars of each kind of license. */
        licenseKinds?: {
          "own-work"?: number;
          "public-domain"?: number;
          licensed?: number;
          permission?: number;
        };
        /**
         * Format: date-time
         * @description When the data set was deleted. The model stays, and may remember its music.
         * @example 2026-01-31T12:00:00.000Z
         */
        deletedAt?: string;
      };
      /**
       * @description The time signature in which it was trained. It takes melodies in no other.
       * @enum {string}
       */
      timeSignature: "4/4" | "3/4" | "6/8";
      limits: {
        maxBars: number;
      } & {
        [key: string]: unknown;
      };
      ratings: components["schemas"]["Ratings"];
    };
    UpdateModel: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name: string;
    };
    ModelSampleList: {
      items: {
        melodyId: string;
        /** @description The number of epochs that were complete when the sample was made: the last ones of the model's training job. Samples of stock models were made by the finished model, and do not have it. */
        epoch?: number;
        /** @description The path of the sample, from the API's root. */
        href: string;
      }[];
      /** @description The melodies of the samples, each once, in the order of `GET /sample-melodies`. One that this version of the software does not have is left out. */
      melodies: components["schemas"]["SampledMelody"][];
    };
    /** @description A melody from which samples are made. Its notes are those of the sample melody with the same id. */
    SampledMelody: {
      id: string;
      name: string;
      bars: number;
    };
    Dataset: {
      /**
       * @description a ULID: 26 characters of Crockford's base 32
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      id: string;
      name: string;
      description?: string;
      /** @enum {string} */
      state: "OPEN";
      license: {
        /**
         * @description Why you may train on the files: you made them, they are in the public domain, their license allows it, or their authors gave you permission.
         * @enum {string}
         */
        kind: "own-work" | "public-domain" | "licensed" | "permission";
        /**
         * @description The license's SPDX identifier, if it has one.
         * @example CC0-1.0
         */
        spdx?: string;
        /** @description Your statement in words. Cards of models that are trained on the set carry it. */
        text: string;
        /** @description Where the files come from, for example an address. */
        source?: string;
        /**
         * Format: date-time
         * @description When you confirmed that you have the rights.
         * @example 2026-01-31T12:00:00.000Z
         */
        confirmedAt: string;
        /** @description The version of the sentence that you confirmed. */
        statementVersion: number;
      };
      /** @description How many files are expected or being read (`pending`), were read and give pieces (`accepted`), or give none (`rejected`). While files are read the data set changes, so poll it with `If-None-Match`. */
      files: {
        pending: number;
        accepted: number;
        rejected: number;
      };
      /** @description The bytes of all these files. */
      bytes: number;
      /** @description The bars of the accepted files by time signature. `other` are those in which no piece can be. */
      bars: {
        "4/4"?: number;
        "3/4"?: number;
        "2/4"?: number;
        "6/8"?: number;
        other?: number;
      };
      /** @description What there is for each line-up: how many of the accepted files have it, and how many pieces and bars they give. `lines` are four lines; `band` is melody, chords, bass and drums; `trio` is a band without drums. */
      lineUps: {
        lines?: {
          files: number;
          pieces: number;
          bars: number;
        };
        band?: {
          files: number;
          pieces: number;
          bars: number;
        };
        trio?: {
          files: number;
          pieces: number;
          bars: number;
        };
      };
      /** @description How many files were rejected, by the code of the reason. */
      reasons: {
        [key: string]: number;
      };
      /** @description How many versions were asked for: at most 32. */
      versions: number;
      archive?: components["schemas"]["DatasetArchive"];
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
    /** @description The archive that was offered last. Only one is read at a time. */
    DatasetArchive: {
      sha256: string;
      bytes: number;
      /**
       * @description Where the tags of the archive's files come from: the names of their folders (tag `folder`), the table `tags.csv` at the top of the archive or in the one folder that holds everything (a column `path`, and one for each tag, with `;` between values), or nowhere.
       * @enum {string}
       */
      tagsFrom: "folders" | "csv" | "none";
      /**
       * @description `pending`: it was offered, and has not arrived or is not opened yet. `reading`: its files are being read, and count as pending. `read`: all of them are. `refused`: nothing of it is taken, and `code` and `reason` say why.
       * @enum {string}
       */
      state: "pending" | "reading" | "read" | "refused";
      /**
       * Format: date-time
       * @description When you were last told where to send it.
       * @example 2026-01-31T12:00:00.000Z
       */
      offeredAt: string;
      entries?: {
        /** @description The number of its files. */
        all: number;
        /** @description How many of them were read or rejected. */
        read: number;
        /** @description Folders and files that systems make, such as `__MACOSX/`. */
        leftOut: number;
        /** @description The number of paths in `tags.csv` that no file has. */
        tagsWithoutFile: number;
      };
      code?: string;
      /** @description Why it is refused, in a sentence for people. */
      reason?: string;
    };
    CreateDataset: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name: string;
      /** @description What is in the data set, for its owner. */
      description?: string;
      license: {
        /**
         * @description Why you may train on the files: you made them, they are in the public domain, their license allows it, or their authors gave you permission.
         * @enum {string}
         */
        kind: "own-work" | "public-domain" | "licensed" | "permission";
        /**
         * @description The license's SPDX identifier, if it has one.
         * @example CC0-1.0
         */
        spdx?: string;
        /** @description Your statement in words. Cards of models that are trained on the set carry it. */
        text: string;
        /** @description Where the files come from, for example an address. */
        source?: string;
        /**
         * @description You confirm: "I may use these files to train models, because I made them, or because they are in the public domain, or because their license or their authors allow it."
         * @enum {boolean}
         */
        confirmsRights: true;
      };
    };
    DatasetList: {
      items: components["schemas"]["Dataset"][];
      /** @description The number of items that fit the filters, on all pages together. */
      total: number;
      /** @description Send it as `cursor` to get the next page. The last page has none. */
      nextCursor?: string;
    };
    UpdateDataset: {
      /**
       * @description 1 to 100 characters, Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates
       * @example Evening song
       */
      name?: string;
      /** @description What is in the data set, for its owner. */
      description?: string;
    };
    OfferedFileList: {
      /** @description What is to be done for each file of the request, in the request's order. */
      items: (
        | components["schemas"]["KnownFile"]
        | components["schemas"]["FileToUpload"]
        | components["schemas"]["RejectedOffer"]
      )[];
    };
    KnownFile: {
      path: string;
      sha256: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: "known";
    };
    FileToUpload: {
      path: string;
      sha256: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: "upload";
      /**
       * Format: uri
       * @description Where to PUT the file. It works for these bytes alone, once.
       */
      url: string;
      /** @description Headers that the PUT must have, besides Content-Length, which clients set themselves. */
      headers: {
        [key: string]: string;
      };
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      expiresAt: string;
    };
    RejectedOffer: {
      path: string;
      sha256: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: "rejected";
      code: string;
      /** @description A sentence for people. */
      reason: string;
    };
    OfferDatasetFiles: {
      files: {
        /**
         * @description What the file is called, with its folders, at most 255 bytes in UTF-8 and 8 folders. It is a label: a file that has another file's bytes is the same file, and keeps the path with which it was offered first.
         * @example rock/anthem.mid
         */
        path: string;
        /** @description The file's size, 14 to 1048576 bytes. */
        bytes: number;
        /** @description The digest of the file's bytes, as 64 hex digits in small letters. */
        sha256: string;
        /**
         * @description Values by tag, at most 32 values in all.
         * @example {
         *       "genre": [
         *         "rock"
         *       ]
         *     }
         */
        tags?: {
          [key: string]: string[];
        };
      }[];
    };
    OfferedArchive:
      | components["schemas"]["KnownArchive"]
      | components["schemas"]["ArchiveToUpload"]
      | components["schemas"]["RejectedArchive"];
    KnownArchive: {
      sha256: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: "known";
    };
    ArchiveToUpload: {
      sha256: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: "upload";
      /**
       * Format: uri
       * @description Where to PUT the archive. It works for these bytes alone, once.
       */
      url: string;
      /** @description Headers that the PUT must have, besides Content-Length, which clients set themselves. */
      headers: {
        [key: string]: string;
      };
      /**
       * Format: date-time
       * @description ISO 8601, UTC
       * @example 2026-01-31T12:00:00.000Z
       */
      expiresAt: string;
    };
    RejectedArchive: {
      sha256: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: "rejected";
      code: string;
      reason: string;
    };
    OfferDatasetArchive: {
      /** @description The archive's size. */
      bytes: number;
      /** @description The digest of the archive's bytes, as 64 hex digits in small letters. */
      sha256: string;
      /**
       * @description Where the tags of the archive's files come from: the names of their folders (tag `folder`), the table `tags.csv` at the top of the archive or in the one folder that holds everything (a column `path`, and one for each tag, with `;` between values), or nowhere.
       * @enum {string}
       */
      tagsFrom: "folders" | "csv" | "none";
    };
    ReportedDatasetFile: {
      sha256: string;
      path: string;
      bytes: number;
      tags: {
        [key: string]: string[];
      };
      /** @enum {string} */
      state: "pending" | "accepted" | "rejected";
      /** @description The bars of an accepted file by time signature. */
      bars?: {
        "4/4"?: number;
        "3/4"?: number;
        "2/4"?: number;
        "6/8"?: number;
        other?: number;
      };
      /** @description What an accepted file gives for each line-up. `files` is always 1. */
      lineUps?: {
        lines?: {
          files: number;
          pieces: number;
          bars: number;
        };
        band?: {
          files: number;
          pieces: number;
          bars: number;
        };
        trio?: {
          files: number;
          pieces: number;
          bars: number;
        };
      };
      /** @description Why the file is rejected. */
      code?: string;
      /** @description The same in a sentence for people. */
      reason?: string;
      /**
       * @description What you say of tracks. It holds instead of the rule that chooses their roles, and the first that matches a track counts. An empty list leaves all to the rule.
       * @example [
       *       {
       *         "trackName": "*lead*",
       *         "role": "melody"
       *       }
       *     ]
       */
      overrides?: {
        /** @description The number of the track in the file, from 0. */
        trackIndex?: number;
        /** @description A text in which `*` stands for any characters. Capital and small letters are alike. */
        trackName?: string;
        /**
         * @description `none` leaves the track out.
         * @enum {string}
         */
        role: "melody" | "chords" | "bass" | "drums" | "none";
      }[];
      /** @description What was read. A file that is pending, or that cannot be read, has none. */
      report?: {
        /** @description Quarter notes a minute at the first note. */
        tempo: number;
        /** @description All bars by time signature. */
        bars: {
          timeSignature: string;
          bars: number;
        }[];
        /** @description Bars in which pieces can be; two bars of 2/4 are one. */
        pieceBars: number;
        /** @description Those of them that are on the grid. */
        usableBars: number;
        barsOffGrid: number;
        /** @description True if the music swings. Its off-beats were straightened. */
        swing: boolean;
        /** @description Notes in bars of pieces. */
        notes: number;
        notesElsewhere: number;
        /** @description Notes that were a quarter of a sixteenth or more off the grid. */
        notesOff: number;
        /** @description How far notes were moved to the grid on average, in sixteenths. */
        meanMove: number;
        maxMove: number;
        chordNotesLeftOut: number;
        hitsLeftOut: number;
        tracks: {
          index: number;
          name: string;
          program: number;
          noteCount: number;
          /**
           * @description What the track was taken for; `none` if it was left out.
           * @enum {string}
           */
          role: "melody" | "chords" | "bass" | "drums" | "none";
          /** @description Why, as words that follow "it". */
          because: string;
          /** @description The bars in which it is the melody; in others it is chords. */
          melodyBars: number;
        }[];
        lineUps: {
          lines:
            | {
                pieces: number;
                bars: number;
                /** @description Stretches of four bars to train on. */
                windows: number;
              }
            | {
                /** @enum {string} */
                code: "TOO_FEW_TRACKS" | "NO_MELODY" | "NO_CHORDS" | "NO_BASS" | "NO_DRUMS" | "NEVER_TOGETHER";
                reason: string;
              };
          band:
            | {
                pieces: number;
                bars: number;
                /** @description Stretches of four bars to train on. */
                windows: number;
              }
            | {
                /** @enum {string} */
                code: "TOO_FEW_TRACKS" | "NO_MELODY" | "NO_CHORDS" | "NO_BASS" | "NO_DRUMS" | "NEVER_TOGETHER";
                reason: string;
              };
          trio:
            | {
                pieces: number;
                bars: number;
                /** @description Stretches of four bars to train on. */
                windows: number;
              }
            | {
                /** @enum {string} */
                code: "TOO_FEW_TRACKS" | "NO_MELODY" | "NO_CHORDS" | "NO_BASS" | "NO_DRUMS" | "NEVER_TOGETHER";
                reason: string;
              };
        };
        /** @description What was mended while the file was read. */
        changes: string[];
      };
      /** @description The report in sentences, the most important first. */
      sentences?: string[];
    };
    OverrideDatasetFile: {
      /**
       * @description What you say of tracks. It holds instead of the rule that chooses their roles, and the first that matches a track counts. An empty list leaves all to the rule.
       * @example [
       *       {
       *         "trackName": "*lead*",
       *         "role": "melody"
       *       }
       *     ]
       */
      overrides: {
        /** @description The number of the track in the file, from 0. */
        trackIndex?: number;
        /** @description A text in which `*` stands for any characters. Capital and small letters are alike. */
        trackName?: string;
        /**
         * @description `none` leaves the track out.
         * @enum {string}
         */
        role: "melody" | "chords" | "bass" | "drums" | "none";
      }[];
    };
    DatasetFileList: {
      items: components["schemas"]["DatasetFile"][];
      /** @description The number of items that fit the filters, on all pages together. */
      total: number;
      /** @description Send it as `cursor` to get the next page. The last page has none. */
      nextCursor?: string;
    };
    DatasetFile: {
      sha256: string;
      path: string;
      bytes: number;
      tags: {
        [key: string]: string[];
      };
      /** @enum {string} */
      state: "pending" | "accepted" | "rejected";
      /** @description The bars of an accepted file by time signature. */
      bars?: {
        "4/4"?: number;
        "3/4"?: number;
        "2/4"?: number;
        "6/8"?: number;
        other?: number;
      };
      /** @description What an accepted file gives for each line-up. `files` is always 1. */
      lineUps?: {
        lines?: {
          files: number;
          pieces: number;
          bars: number;
        };
        band?: {
          files: number;
          pieces: number;
          bars: number;
        };
        trio?: {
          files: number;
          pieces: number;
          bars: number;
        };
      };
      /** @description Why the file is rejected. */
      code?: string;
      /** @description The same in a sentence for people. */
      reason?: string;
    };
    DatasetVersion: {
      /** @description 16 hex digits, made of the content: the same files in the same line-up have the same id. */
      id: string;
      /**
       * @description a ULID: 26 characters of Crockford's base 32
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      datasetId: string;
      /**
       * @description FREEZING until it is made; then READY, and it never changes. FAILED if nothing could be made; `failure` says why.
       * @enum {string}
       */
      state: "FREEZING" | "READY" | "FAILED";
      /** @enum {string} */
      lineUp: "lines" | "band" | "trio";
      /**
       * @description The time signature of its pieces.
       * @enum {string}
       */
      metre: "4/4" | "3/4" | "6/8";
      /** @description The tags by which its files were chosen. */
      tags?: {
        [key: string]: string[];
      };
      /** @description The number of files of which it is made. */
      files: number;
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
      /** @description What is in a version that is ready: its digest, pieces and bars, also by split; the bars in other time signatures that are left out; how many files have the notes of another one; its voices with their instruments (MIDI programs); and how many values each tag has. */
      content?: {
        sha256: string;
        extractionRule: number;
        pieces: number;
        bars: number;
        splits: {
          train?: {
            pieces: number;
            bars: number;
          };
          validation?: {
            pieces: number;
            bars: number;
          };
          test?: {
            pieces: number;
            bars: number;
          };
        };
        barsLeftOut: {
          "4/4"?: number;
          "3/4"?: number;
          "2/4"?: number;
          "6/8"?: number;
        };
        sameNotes: number;
        voices: {
          name: string;
          program: number;
        }[];
        tagValues: {
          [key: string]: number;
        };
      };
      failure?: components["schemas"]["Failure"];
    };
    CreateDatasetVersion: {
      /**
       * @description The voices of the version's pieces: `lines` are four lines, `band` is melody, chords, bass and drums, and `trio` is a band without drums.
       * @enum {string}
       */
      lineUp: "lines" | "band" | "trio";
      /**
       * @description Only files that have, for each of these tags, one of its values. Without tags all files are taken.
       * @example {
       *       "genre": [
       *         "rock"
       *       ]
       *     }
       */
      tags?: {
        [key: string]: string[];
      };
      /**
       * @description The time signature of the version's pieces, because a model learns one. Without it, 4/4. Bars of 2/4 are joined in pairs to bars of 4/4; others are counted and left out.
       * @enum {string}
       */
      metre?: "4/4" | "3/4" | "6/8";
    };
    /** @description All versions, the newest first. */
    DatasetVersionList: {
      items: components["schemas"]["DatasetVersion"][];
    };
    TrainingTopics: {
      /** @description Tags, their values, and the number of selected pieces that have each value. */
      topics: {
        [key: string]: {
          [key: string]: number;
        };
      };
      /** @description The amount of music that a model would learn from. Pieces that are held out for judging it are not counted. */
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
      technique: "unet-gan" | "ar-cnn" | "transformer";
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
        /** @description The number of complete epochs. */
        epoch: number;
        epochs: number;
        percent: number;
        /** @description Null means that it is not known yet. */
        secondsRemaining: number | null;
      };
      /** @description Null means that no epoch is complete yet. */
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
      /** @description True if a new job can go on from a checkpoint of this one. Checkpoints are deleted some days after the job's end. */
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
      /**
       * @description The technique of the new model. `arranger` is refused: it works by rule and cannot be trained.
       * @enum {string}
       */
      technique: "unet-gan" | "ar-cnn" | "transformer";
      topics?: components["schemas"]["Topics"];
      /** @description The data set to train on: a stock one (bach-chorales, game-rock-band, string-quartets), or one of yours. Without it bach-chorales. */
      datasetId?: string;
      /** @description The version of your data set. Without it, its latest version that is ready. Stock data sets take none. */
      versionId?: string;
      /**
       * @description Hyperparameters depend on the technique; `GET /techniques` lists them. One that is not given has its default.
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
       *     - `epochs`: an integer from 1 to 2000; default 100. How many passes are made over the training music, in windows of eight bars that are corrupted anew each time. More passes take longer and help until the music stops getting better.
       *     - `learningRate`: a number from 0.00001 to 0.01; default 0.002. Step size of the updates. It falls along half a cosine to a hundredth by the last epoch. A higher rate learns faster and less steadily.
       *     - `batchSize`: an integer from 8 to 256 (windows); default 32. Windows of music in one update.
       *     - `transpositionRange`: an integer from 0 to 6 (semitones); default 6. Each window is transposed up or down by a random interval of up to this size, so that the model learns every key. 0 leaves the music in its own keys.
       *     - `modelSize`: small, large; default small. Depth and width of the network. Small has 0.66 million weights and trains on two CPU cores. Large has 1.8 million, takes about four times the work and wants a GPU.
       *     - `earlyStopping`: true or false; default false. End the training when the loss on music that the model does not learn from has stopped falling for a fifth of the epochs (at least ten).
       *     - `seed`: an integer from 0 to 2147483647; default 0. Start of every random choice in the training. The same seed, data and machine give the same model.
       *
       *     `transformer`:
       *     - `epochs`: an integer from 1 to 2000; default 100. How many passes are made over the training pieces, each time in other keys, voices and tasks. More passes take longer and help until the music stops getting better.
       *     - `learningRate`: a number from 0.00001 to 0.02; default 0.004. Step size of the updates. It rises over the first fiftieth of the training, stays, and falls in a straight line from a little after the middle. A higher rate learns faster and less steadily.
       *     - `batchSize`: an integer from 1 to 64 (pieces); default 8. Pieces in one update. They are of about the same length.
       *     - `transpositionRange`: an integer from 0 to 6 (semitones); default 6. Each piece is transposed up or down by a random interval of up to this size, so that the model learns every key. 0 leaves the music in its own keys.
       *     - `modelSize`: small, large; default small. Depth and width of the network. Small has 0.8 million weights and trains on two CPU cores. Large has 6.4 million and wants a GPU.
       *     - `earlyStopping`: true or false; default false. End the training when the loss on music that the model does not learn from has stopped falling for a fifth of the epochs (at least ten).
       *     - `seed`: an integer from 0 to 2147483647; default 0. Start of every random choice in the training. The same seed, data and machine give the same model.
       *
       *     `arranger` has none.
       */
      hyperparameters?: {
        [key: string]: unknown;
      };
      /** @description The number of seconds after which the training is stopped, and the best epoch becomes the model. Without it, the number is 3600, or the deployment's limit if that is less. */
      maxRuntimeSeconds?: number;
      /**
       * @description The id of one of your jobs that has ended and has a checkpoint. The training goes on from there.
       * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
       */
      resumeFrom?: string;
    };
    /**
     * @description The pieces to train on. A piece must have every tag that is named here, with one of the tag's values. Without topics all pieces are used.
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
    TrainingEstimate: {
      /** @enum {string} */
      technique: "unet-gan" | "ar-cnn" | "transformer";
      dataset: {
        id: string;
        version: string;
        sha256: string;
      };
      /** @description The selected music. A model learns from `train`; the other splits judge it. */
      splits: {
        train: {
          pieces: number;
          bars: number;
          /** @description The windows into which the pieces are cut: of `unet-gan` 4 bars, of `ar-cnn` 8, one every 2 bars. For `transformer` each piece is one. */
          windows: number;
        };
        validation: {
          pieces: number;
          bars: number;
          /** @description The windows into which the pieces are cut: of `unet-gan` 4 bars, of `ar-cnn` 8, one every 2 bars. For `transformer` each piece is one. */
          windows: number;
        };
        test: {
          pieces: number;
          bars: number;
          /** @description The windows into which the pieces are cut: of `unet-gan` 4 bars, of `ar-cnn` 8, one every 2 bars. For `transformer` each piece is one. */
          windows: number;
        };
      };
      /** @description The updates of an epoch, each of `batchSize` windows. */
      stepsPerEpoch: number;
      /** @description The epochs that this job would train itself, without those of the resumed one. */
      epochs: number;
      /** @description The seconds after which the training would be stopped. */
      maxRuntimeSeconds: number;
      /** @description Null means that it has not been measured yet. */
      minutesPerEpoch: number | null;
      /** @description The minutes of all these epochs, without the wait for a machine and its start. */
      minutes: number | null;
      /** @description Where the speed comes from: your latest training of this technique and model size on machines of this type, that was not resumed. Null means that there is none. */
      measured: {
        /**
         * @description a ULID: 26 characters of Crockford's base 32
         * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
         */
        trainingJobId: string;
        /** @description The epoch of that job whose speed it is. */
        epoch: number;
        /**
         * Format: date-time
         * @description ISO 8601, UTC
         * @example 2026-01-31T12:00:00.000Z
         */
        measuredAt: string;
        instanceType: string;
      } | null;
    };
    TrainingJobList: {
      items: components["schemas"]["TrainingJob"][];
      /** @description The number of items that fit the filters, on all pages together. */
      total: number;
      /** @description Send it as `cursor` to get the next page. The last page has none. */
      nextCursor?: string;
    };
    TrainingMetrics: {
      items: ({
        epoch: number;
      } & {
        [key: string]: unknown;
      })[];
      /** @description The same metrics of the training data. It is empty until the job has measured them, and where their file is lost. */
      reference: {
        [key: string]: number;
      };
    };
    SampleList: {
      items: {
        /** @description The number of epochs that were complete when the sample was made. Samples of epoch 0 are made once, after a minute of training, if the first epoch takes longer than that. */
        epoch: number;
        melodyId: string;
        /** @description The path of the sample, from the API's root. */
        href: string;
      }[];
      /** @description The melodies of the samples, each once, in the order of `GET /sample-melodies`. One that this version of the software does not have is left out. */
      melodies: components["schemas"]["SampledMelody"][];
    };
    UserData: {
      /** @description The latest erasure of everything that is yours. Null means that none was asked for, or that its proof has expired. */
      erasure: {
        /**
         * @description a ULID: 26 characters of Crockford's base 32
         * @example 01JD8Z6Y3Q4M5N6P7R8S9T0V1W
         */
        id: string;
        /**
         * @description PENDING: nobody has looked yet. STOPPING: trainings are being stopped, or a composition is being made. ERASING: something is left. WATCHING: nothing is left, and what a request or a URL of before may still write is waited for, until `watchedUntil`. ERASED: nothing came, and `proof` says where nothing was found.
         * @enum {string}
         */
        state: "PENDING" | "STOPPING" | "ERASING" | "WATCHING" | "ERASED";
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
        /** @description What was left at the last look. Null means that nobody has looked yet. */
        left: {
          /** @description Rows of the table by their kind, such as TRACK, COMPOSITION, MODEL or TRAINING_JOB. */
          items: {
            [key: string]: number;
          };
          /** @description Versions and delete markers of files, by what their bucket is for. */
          objects: {
            /** @description Of what is kept: music, models, samples. */
            artifacts: number;
            /** @description Of what work under way needs: checkpoints, uploads. */
            work: number;
          };
        } | null;
        /**
         * Format: date-time
         * @description ISO 8601, UTC
         * @example 2026-01-31T12:00:00.000Z
         */
        watchedUntil?: string;
        /** @description Where the last look found nothing. It is kept for 90 days. */
        proof?: {
          /**
           * Format: date-time
           * @description ISO 8601, UTC
           * @example 2026-01-31T12:00:00.000Z
           */
          seenEmptyAt: string;
          /** @description The partitions of the table in which there was no row. */
          partitions: string[];
          /** @description The prefixes under which there was no version and no delete marker of any file. */
          prefixes: {
            /** @enum {string} */
            bucket: "artifacts" | "work";
            prefix: string;
          }[];
        };
      } | null;
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getSampleMelodyMidi: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        sampleMelodyId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
      /** @description `NOT_FOUND`: not found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_ACCEPTABLE`: the resource is not available in an accepted form */
      406: {
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
        /** @description The maximum number of items on a page, 1 to 100. */
        limit?: number;
        /** @description The `nextCursor` of the page before. It keeps that list's filters and order, which need not be sent again and cannot be others. */
        cursor?: string;
        /** @description Only items whose name contains this text are listed. Capitals and accents make no difference. */
        q?: string;
        /** @description What the list is sorted by: by default, `createdAt`. */
        sort?: "createdAt" | "name";
        /** @description The direction: by default, `desc` (newest first) by `createdAt`, and `asc` (from A to Z) by `name`. */
        order?: "asc" | "desc";
      };
      header?: {
        "If-None-Match"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrackList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content?: never;
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
        /** @description The track of the file that is the melody. Without it the track with the most points is chosen, the first of equals. It gets 40 for a name such as Melody, Vocals, Lead or Soprano, -30 for one such as Bass or Chords; up to 30 for one note at a time; 15 for a middle pitch from G3 to E6, -15 for one below C3; 10 for five or more different pitches, -40 for one or two; -20 or -30 for few notes beside the other tracks; -2 for each track before it. Drums (channel 10, names such as Drums, percussion instruments) and click tracks are never chosen, but can be asked for. `changes` says what was chosen, and why, where it is not the first track with notes. */
        trackIndex?: number;
        /** @description Where the file comes from: `upload` is a file that you had, `recording` was played or sung into a client, `edit` was changed by hand in a client. Without it, it is an upload. */
        origin?: "upload" | "recording" | "edit";
        /** @description The composition that was edited, one of your COMPLETED ones. It needs `origin=edit`. */
        fromComposition?: string;
        /** @description The track of that composition that was edited. Without it, it is the whole piece. It needs `fromComposition`. */
        fromTrackIndex?: number;
      };
      header?: {
        /** @description A new key for each resource to create. For 24 hours the same request with the same key gets the first response again. Without a key, a request that is repeated after a time-out may create a second resource. */
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
      /** @description The resource has been created. */
      201: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The path of the resource. */
          Location: string;
          /** @description `true` means that this repeats the first response to the same request with the same `Idempotency-Key`. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `IDEMPOTENCY_KEY_IN_FLIGHT`: a request with this idempotency key is in flight; `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `IDEMPOTENCY_KEY_REUSED`: the idempotency key was used for another request; `UNREADABLE_MIDI`: the midi file cannot be used; `TIME_SIGNATURE_NOT_SUPPORTED`: the time signature is not supported; `TRACK_NOT_FOUND`: the track does not exist; `COMPOSITION_NOT_FOUND`: the composition does not exist; `INPUT_NOT_READY`: the input is not ready */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `USER_QUOTA_REACHED`: a quota is reached; API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The resource has been deleted. */
      204: {
        headers: {
          /** @description The id under which the logs have this request. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `IN_USE`: the resource is in use */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getTrackMidi: {
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `NOT_ACCEPTABLE`: the resource is not available in an accepted form */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
        /** @description The maximum number of items on a page, 1 to 100. */
        limit?: number;
        /** @description The `nextCursor` of the page before. It keeps that list's filters and order, which need not be sent again and cannot be others. */
        cursor?: string;
        /** @description Only items whose name contains this text are listed. Capitals and accents make no difference. */
        q?: string;
        /** @description What the list is sorted by: by default, `createdAt`. */
        sort?: "createdAt" | "name";
        /** @description The direction: by default, `desc` (newest first) by `createdAt`, and `asc` (from A to Z) by `name`. */
        order?: "asc" | "desc";
        /** @description Only compositions by this technique are listed. */
        technique?: "unet-gan" | "ar-cnn" | "transformer" | "arranger";
        /** @description Only compositions in this state are listed. */
        state?: "PENDING" | "RUNNING" | "COMPLETED" | "FAILED";
        /** @description Only compositions by this model are listed. */
        modelId?: string;
        /** @description `compositionId:{id}` or `trackId:{id}`: what the listed compositions were made from */
        input?: string;
        /** @description Only the variations of one request are listed, of which each has this `variationGroup`. */
        variationGroup?: string;
      };
      header?: {
        "If-None-Match"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CompositionList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content?: never;
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
        /** @description A new key for each resource to create. For 24 hours the same request with the same key gets the first response again. Without a key, a request that is repeated after a time-out may create a second resource. */
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
      /** @description The request has been accepted; the work goes on after this response. */
      202: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The path of the resource. */
          Location: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          /** @description `true` means that this repeats the first response to the same request with the same `Idempotency-Key`. */
          "Idempotent-Replayed"?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Composition"] | components["schemas"]["CompositionList"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `IDEMPOTENCY_KEY_IN_FLIGHT`: a request with this idempotency key is in flight; `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `IDEMPOTENCY_KEY_REUSED`: the idempotency key was used for another request; `MODEL_NOT_FOUND`: the model does not exist; `MODEL_OF_ANOTHER_TECHNIQUE`: the model belongs to another technique; `SAMPLE_MELODY_NOT_FOUND`: the sample melody does not exist; `TRACK_NOT_FOUND`: the track does not exist; `COMPOSITION_NOT_FOUND`: the composition does not exist; `INPUT_NOT_READY`: the input is not ready; `INPUT_TOO_LARGE`: the input is too large; `BARS_OUT_OF_RANGE`: the bars lie outside the melody; `MELODY_TOO_LONG`: the melody is too long; `MELODY_EMPTY`: the melody has no notes; `TIME_SIGNATURE_NOT_SUPPORTED`: the time signature is not supported; `PITCH_OUT_OF_RANGE`: a note would leave the range of pitches; `PARAMETERS_NOT_APPLICABLE`: the parameters do not fit the melody */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `USER_QUOTA_REACHED`: a quota is reached; API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The resource has been deleted. */
      204: {
        headers: {
          /** @description The id under which the logs have this request. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `NOT_FINAL`: the resource is still being worked on; `IN_USE`: the resource is in use */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased; `NOT_READY`: the resource is not ready */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      query?: {
        /** @description 0 asks for the file as it was before the first correction: the technique's own piece. Without it, or if nobody has corrected the piece, the response is the present file. */
        revision?: number;
      };
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `NOT_ACCEPTABLE`: the resource is not available in an accepted form */
      406: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_READY`: the resource is not ready */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  correctComposition: {
    parameters: {
      query?: never;
      header: {
        "If-Match": string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        compositionId: string;
      };
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
      };
    };
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Composition"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased; `NOT_READY`: the resource is not ready */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
      /** @description `UNREADABLE_MIDI`: the midi file cannot be used; `CORRECTION_NOT_APPLICABLE`: the file does not fit the piece */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `PRECONDITION_REQUIRED`: the request needs if-match */
      428: {
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getCompositionInputMidi: {
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `NOT_FOUND`: not found; `INPUT_MIDI_NOT_AVAILABLE`: the input of the piece was not kept */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_ACCEPTABLE`: the resource is not available in an accepted form */
      406: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_READY`: the resource is not ready */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description `gzip` if `Accept-Encoding` of the request allows it; otherwise the response is not compressed and has no such header. */
          "Content-Encoding"?: string;
          /** @description The headers of the request on which the form of the response depends. */
          Vary: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EditEventList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description `gzip` if `Accept-Encoding` of the request allows it; otherwise the response is not compressed and has no such header. */
          "Content-Encoding"?: string;
          /** @description The headers of the request on which the form of the response depends. */
          Vary: string;
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `NOT_ACCEPTABLE`: the resource is not available in an accepted form */
      406: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_READY`: the resource is not ready */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  rateComposition: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        compositionId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RateComposition"];
      };
    };
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased; `NOT_READY`: the resource is not ready */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  shareComposition: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        compositionId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ShareComposition"];
      };
    };
    responses: {
      /** @description The resource has been created. */
      201: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The path of the resource. */
          Location: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CompositionShare"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased; `NOT_READY`: the resource is not ready */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  revokeShare: {
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
      /** @description The resource has been deleted. */
      204: {
        headers: {
          /** @description The id under which the logs have this request. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUsage: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Usage"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTechniqueRatings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TechniqueRatingList"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getSharedComposition: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description The token of a share */
        token: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SharedComposition"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
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
      /** @description `SHARE_NOT_FOUND`: nothing is shared under this link */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getSharedCompositionMidi: {
    parameters: {
      query?: {
        /** @description 0 asks for the file as it was before the first correction: the technique's own piece. Without it, or if nobody has corrected the piece, the response is the present file. */
        revision?: number;
      };
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description The token of a share */
        token: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
      /** @description `SHARE_NOT_FOUND`: nothing is shared under this link */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_ACCEPTABLE`: the resource is not available in an accepted form */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listSharedCompositionEditEvents: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description The token of a share */
        token: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description `gzip` if `Accept-Encoding` of the request allows it; otherwise the response is not compressed and has no such header. */
          "Content-Encoding"?: string;
          /** @description The headers of the request on which the form of the response depends. */
          Vary: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EditEventList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description `gzip` if `Accept-Encoding` of the request allows it; otherwise the response is not compressed and has no such header. */
          "Content-Encoding"?: string;
          /** @description The headers of the request on which the form of the response depends. */
          Vary: string;
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
      /** @description `SHARE_NOT_FOUND`: nothing is shared under this link; `EDIT_EVENTS_NOT_AVAILABLE`: the technique leaves no edit events */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_ACCEPTABLE`: the resource is not available in an accepted form */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
        /** @description The maximum number of items on a page, 1 to 100. */
        limit?: number;
        /** @description The `nextCursor` of the page before. It keeps that list's filters and order, which need not be sent again and cannot be others. */
        cursor?: string;
        /** @description Only items whose name contains this text are listed. Capitals and accents make no difference. */
        q?: string;
        /** @description What the list is sorted by: by default, `createdAt`. */
        sort?: "createdAt" | "name";
        /** @description The direction: by default, `desc` (newest first) by `createdAt`, and `asc` (from A to Z) by `name`. */
        order?: "asc" | "desc";
        /** @description Only models of this technique are listed. */
        technique?: "unet-gan" | "ar-cnn" | "transformer";
        /** @description `true` lists the stock models alone, and `false` your own. */
        stock?: "true" | "false";
      };
      header?: {
        "If-None-Match"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content?: never;
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The resource has been deleted. */
      204: {
        headers: {
          /** @description The id under which the logs have this request. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `IN_USE`: the resource is in use; `STOCK_MODEL`: stock models cannot be changed or deleted */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  updateModel: {
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
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateModel"];
      };
    };
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased; `STOCK_MODEL`: stock models cannot be changed or deleted */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listModelSamples: {
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelSampleList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getModelSample: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        modelId: string;
        melodyId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `NOT_ACCEPTABLE`: the resource is not available in an accepted form */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listDatasets: {
    parameters: {
      query?: {
        /** @description The maximum number of items on a page, 1 to 100. */
        limit?: number;
        /** @description The `nextCursor` of the page before. It keeps that list's filters and order, which need not be sent again and cannot be others. */
        cursor?: string;
        /** @description Only items whose name contains this text are listed. Capitals and accents make no difference. */
        q?: string;
        /** @description What the list is sorted by: by default, `createdAt`. */
        sort?: "createdAt" | "name";
        /** @description The direction: by default, `desc` (newest first) by `createdAt`, and `asc` (from A to Z) by `name`. */
        order?: "asc" | "desc";
      };
      header?: {
        "If-None-Match"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content?: never;
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createDataset: {
    parameters: {
      query?: never;
      header?: {
        /** @description A new key for each resource to create. For 24 hours the same request with the same key gets the first response again. Without a key, a request that is repeated after a time-out may create a second resource. */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateDataset"];
      };
    };
    responses: {
      /** @description The resource has been created. */
      201: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The path of the resource. */
          Location: string;
          /** @description `true` means that this repeats the first response to the same request with the same `Idempotency-Key`. */
          "Idempotent-Replayed"?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dataset"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `IDEMPOTENCY_KEY_IN_FLIGHT`: a request with this idempotency key is in flight; `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `IDEMPOTENCY_KEY_REUSED`: the idempotency key was used for another request */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `USER_QUOTA_REACHED`: a quota is reached; API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getDataset: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dataset"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteDataset: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The resource has been deleted. */
      204: {
        headers: {
          /** @description The id under which the logs have this request. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `IN_USE`: the resource is in use */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  updateDataset: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateDataset"];
      };
    };
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dataset"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  offerDatasetFiles: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["OfferDatasetFiles"];
      };
    };
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OfferedFileList"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  offerDatasetArchive: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["OfferDatasetArchive"];
      };
    };
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OfferedArchive"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased; `NOT_READY`: the resource is not ready */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getDatasetFile: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
        sha256: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReportedDatasetFile"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  withdrawDatasetFile: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
        sha256: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The resource has been deleted. */
      204: {
        headers: {
          /** @description The id under which the logs have this request. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  overrideDatasetFile: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
        sha256: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["OverrideDatasetFile"];
      };
    };
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReportedDatasetFile"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNREADABLE_MIDI`: the midi file cannot be used */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listDatasetFiles: {
    parameters: {
      query?: {
        /** @description The maximum number of items on a page, 1 to 100. */
        limit?: number;
        /** @description The `nextCursor` of the page before. It keeps that list's filters and order, which need not be sent again and cannot be others. */
        cursor?: string;
        /** @description Only files in this state are listed. Without it, all are: accepted, then pending, then rejected. */
        state?: "pending" | "accepted" | "rejected";
      };
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetFileList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content?: never;
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listDatasetVersions: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetVersionList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createDatasetVersion: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateDatasetVersion"];
      };
    };
    responses: {
      /** @description There is nothing left to do. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The path of the resource. */
          Location: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetVersion"];
        };
      };
      /** @description The request has been accepted; the work goes on after this response. */
      202: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The path of the resource. */
          Location: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetVersion"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased; `UPLOADS_OPEN`: files are still expected or being read; `TOO_MANY_VERSIONS`: the data set has as many versions as it may have */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `VERSION_NOT_POSSIBLE`: no version can be made of the data set */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getDatasetVersion: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path: {
        /** @description a ULID: 26 characters of Crockford's base 32 */
        datasetId: string;
        /** @description 16 hex digits, made of the content: the same files in the same line-up have the same id. */
        versionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetVersion"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
        /** @description Each tag is a query parameter of its own name. */
        tags?: {
          [key: string]: string;
        };
        /** @description The data set whose topics are listed: a stock one (bach-chorales, game-rock-band, string-quartets), or one of yours. Without it bach-chorales. */
        datasetId?: string;
        /** @description The version of your data set. Without it, its latest version that is ready. */
        versionId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `DATASET_NOT_FOUND`: the data set does not exist; `VERSION_NOT_FOUND`: the data set has no such version that is ready; `TOPIC_NOT_FOUND`: the topic does not exist */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `DATASET_NOT_READY`: the data set has not been built yet; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
        /** @description The maximum number of items on a page, 1 to 100. */
        limit?: number;
        /** @description The `nextCursor` of the page before. It keeps that list's filters and order, which need not be sent again and cannot be others. */
        cursor?: string;
        /** @description Only items whose name contains this text are listed. Capitals and accents make no difference. */
        q?: string;
        /** @description What the list is sorted by: by default, `createdAt`. */
        sort?: "createdAt" | "name";
        /** @description The direction: by default, `desc` (newest first) by `createdAt`, and `asc` (from A to Z) by `name`. */
        order?: "asc" | "desc";
        /** @description Only jobs of this technique are listed. */
        technique?: "unet-gan" | "ar-cnn" | "transformer";
        /** @description Only jobs in this state are listed. */
        state?:
          "PENDING" | "QUEUED" | "STARTING" | "TRAINING" | "UPLOADING" | "STOPPING" | "READY" | "FAILED" | "STOPPED";
        /** @description Only the job that left this model is listed. */
        modelId?: string;
      };
      header?: {
        "If-None-Match"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrainingJobList"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          [name: string]: unknown;
        };
        content?: never;
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
        /** @description A new key for each resource to create. For 24 hours the same request with the same key gets the first response again. Without a key, a request that is repeated after a time-out may create a second resource. */
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
      /** @description The request has been accepted; the work goes on after this response. */
      202: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The path of the resource. */
          Location: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          /** @description `true` means that this repeats the first response to the same request with the same `Idempotency-Key`. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `IDEMPOTENCY_KEY_IN_FLIGHT`: a request with this idempotency key is in flight; `CONFLICT`: the resource was changed at the same time; `ERASURE_UNDER_WAY`: your data are being erased */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `IDEMPOTENCY_KEY_REUSED`: the idempotency key was used for another request; `DATASET_NOT_FOUND`: the data set does not exist; `VERSION_NOT_FOUND`: the data set has no such version that is ready; `TOPIC_NOT_FOUND`: the topic does not exist; `TOPIC_TOO_SMALL`: the topics select too few pieces; `RUN_TOO_LONG`: the run is longer than this deployment allows; `RESUME_NOT_POSSIBLE`: the job cannot be resumed this way */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `USER_QUOTA_REACHED`: a quota is reached; API Gateway: too many requests at once */
      429: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; `DATASET_NOT_READY`: the data set has not been built yet; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  estimateTrainingJob: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateTrainingJob"];
      };
    };
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TrainingEstimate"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `DATASET_NOT_FOUND`: the data set does not exist; `VERSION_NOT_FOUND`: the data set has no such version that is ready; `TOPIC_NOT_FOUND`: the topic does not exist; `TOPIC_TOO_SMALL`: the topics select too few pieces; `RUN_TOO_LONG`: the run is longer than this deployment allows; `RESUME_NOT_POSSIBLE`: the job cannot be resumed this way */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; `DATASET_NOT_READY`: the data set has not been built yet; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The resource has been deleted. */
      204: {
        headers: {
          /** @description The id under which the logs have this request. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `NOT_FINAL`: the resource is still being worked on; `IN_USE`: the resource is in use */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has been accepted; the work goes on after this response. */
      202: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The path of the resource. */
          Location: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time; `ALREADY_FINAL`: the job has already ended */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `VERSION_MISMATCH`: the resource has changed since it was read */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
        /** @description Only epochs after this one are listed, so that a poll fetches only what is new. 0 lists all. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      query?: {
        /** @description Only samples after this epoch are listed, so that a poll fetches only what is new. Without it all are listed, with those of epoch 0, which the model played before it had learned anything. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag?: string;
          /** @description `attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `NOT_ACCEPTABLE`: the resource is not available in an accepted form */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUserData: {
    parameters: {
      query?: never;
      header?: {
        "If-None-Match"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has succeeded. */
      200: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UserData"];
        };
      };
      /** @description The client has this version. */
      304: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  eraseUserData: {
    parameters: {
      query?: never;
      header?: {
        "If-Match"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request has been accepted; the work goes on after this response. */
      202: {
        headers: {
          /** @description The id under which the logs have this request. */
          "X-Request-Id": string;
          /** @description The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`. */
          ETag: string;
          /** @description The path of the resource. */
          Location: string;
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UserData"];
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
      /** @description `UNAUTHENTICATED`: an access token is required; API Gateway: the access token is missing, expired, altered or of another user pool */
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
      /** @description `CONFLICT`: the resource was changed at the same time */
      409: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
      /** @description `OVERLOADED`: the service is overloaded; `BUSY`: too many requests change the same things at once; API Gateway: the function could not be reached */
      503: {
        headers: {
          /** @description The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from responses of API Gateway itself. */
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
