/** The music of a training: a data set, and the version of it if it is one of the user's own. */
export interface Music {
  readonly datasetId: string;
  readonly versionId?: string;
}

/** Returns the address of the form of a training on a version. */
export const trainingPathOf = ({ datasetId, versionId }: Required<Music>): string =>
  `/training/new?${new URLSearchParams({ dataset: datasetId, version: versionId }).toString()}`;
