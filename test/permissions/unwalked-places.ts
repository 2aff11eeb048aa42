/**
 * Places of the code that lead to a call of AWS and that the walk does not take, each with its reason. The permissions
 * for them are granted, or they can never run in the function.
 */
export interface UnwalkedPlace {
  /** The module, and the place in it. */
  readonly place: string;
  readonly reason: string;
  /** The actions that it would ask for; none if it cannot run in the functions in which the walk does not take it. */
  readonly actions: readonly string[];
}

const filesOfAnotherKind = "each function of the API removes the files of its own kind of resource";
const twoAtOnce = "another request, or another step, changes the same row at the same instant";

export const unwalkedPlaces: readonly UnwalkedPlace[] = [
  ...[
    "artifacts.delete",
    "artifacts.deleteAllUnder",
    "work.deleteAllUnder",
    "datasetFiles.removeAll",
    "datasetVersions.removeAll",
    "models.noteDatasetDeleted",
  ].map((call) => ({
    place: `lambdas/resources/resource-files.ts ${call}`,
    reason: filesOfAnotherKind,
    actions: [],
  })),
  {
    place: "lambdas/resources/delete-with-files.ts pendingChanges.remove",
    reason: "only a track is forgotten at once: the files of the others may still be written",
    actions: [],
  },
  {
    place: "lambdas/resources/create-with-files.ts pendingChanges.abandon",
    reason: twoAtOnce,
    actions: ["dynamodb:PutItem", "dynamodb:ConditionCheckItem", "dynamodb:UpdateItem", "s3:DeleteObject"],
  },
  {
    place: "lambdas/resources/create-with-files.ts pendingChanges.remove",
    reason: twoAtOnce,
    actions: ["dynamodb:DeleteItem"],
  },
  {
    place: "lambdas/compositions/composition-revisions.ts files.delete",
    reason: twoAtOnce,
    actions: ["s3:DeleteObject"],
  },
  ...(
    [
      ["compositions.get", "dynamodb:GetItem"],
      ["artifacts.read", "s3:GetObject"],
    ] as const
  ).map(([call, action]) => ({
    place: `lambdas/compositions/resolve-piece.ts ${call}`,
    reason: "the input's score is corrected while it is read",
    actions: [action],
  })),
  ...[
    "lambdas/compositions/composition-input.ts compositions.get",
    "lambdas/compositions/composition-model.ts models.get",
  ].map((place) => ({
    place,
    reason: "the file of the input or of the model is lost, and its row is asked for once more",
    actions: ["dynamodb:GetItem"],
  })),
  ...["table.write", 'kind: "UPDATE"'].map((call) => ({
    place: `lambdas/stores/variation-groups.ts ${call}`,
    reason: "what has been open for too long in the walk was asked for alone, and is no variation",
    actions: ["dynamodb:UpdateItem"],
  })),
  {
    place: "lambdas/training/monitor-training-job.ts trainingJobs.get",
    reason: twoAtOnce,
    actions: ["dynamodb:GetItem"],
  },
  {
    place: "lambdas/training/finalize-training-job.ts trainingJobs.finish",
    reason: "the table refuses what was observed, and the job is ended without it",
    actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
  },
  {
    place: "lambdas/training/end-unrepaired-job.ts sageMakerJobs.stop",
    reason: "a row that can be read fails to be repaired for minutes",
    actions: ["sagemaker:StopTrainingJob"],
  },
  {
    place: "lambdas/training/end-unrepaired-job.ts trainingJobs.attemptOf",
    reason: "the reconciler ends a job in any attempt",
    actions: [],
  },
];
