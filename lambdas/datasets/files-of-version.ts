/** Decides of which files of a data set a version is made, and with that its id, from the rows of the files alone. */
import { type VersionFile, versionIdOf } from "../../domain/datasets/version";
import { type LineUp, lineUps } from "../../domain/music/extraction/line-ups";
import {
  defaultMetre,
  joinedBars,
  pieceTimeSignatures,
  type TrainableTimeSignature,
  trainableTimeSignatures,
} from "../../domain/music/time-signatures";
import type { OwnedBy } from "../../naming/object-keys";
import type { AcceptedFile, DatasetFiles } from "../stores/dataset-files";

/** What a version is made of: a line-up, a metre, and values by tag of which a file needs one each. */
export interface VersionChoice {
  readonly lineUp: LineUp;
  /** The time signature of the pieces; 4/4 if none is named. */
  readonly metre?: TrainableTimeSignature | undefined;
  readonly tags?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** The files of a version, and its id. */
export interface ChosenFiles {
  readonly kind: "CHOSEN";
  readonly id: string;
  readonly files: readonly VersionFile[];
}

/** There is nothing of which the version could be made. */
export interface NothingChosen {
  readonly kind: "NOTHING";
  /** The field of the choice that is at fault. */
  readonly field: "lineUp" | "metre" | "tags";
  /** A whole sentence for the owner, with the counts. */
  readonly reason: string;
}

const counted = (counts: readonly (readonly [string, number])[], unit: string): string =>
  counts.map(([name, count]) => `${count} ${unit} ${name}`).join(", ");

const hasTags = (file: AcceptedFile, tags: NonNullable<VersionChoice["tags"]>): boolean =>
  Object.entries(tags).every(([tag, values]) => values.some((value) => file.tags[tag]?.includes(value) === true));

/** Whether a file has bars that make a bar of a piece in the metre. */
const hasMetre = ({ bars }: AcceptedFile, metre: TrainableTimeSignature): boolean =>
  pieceTimeSignatures.some((written) => {
    const { as, bars: perBar } = joinedBars[written];
    return as === metre && (bars[written] ?? 0) >= perBar;
  });

interface Sought {
  readonly lineUp: LineUp;
  readonly metre: TrainableTimeSignature;
}

function noneOf(
  tagged: readonly AcceptedFile[],
  withLineUp: readonly AcceptedFile[],
  { lineUp, metre }: Sought,
): NothingChosen {
  if (withLineUp.length === 0) {
    const files = lineUps.map(
      (name) => [name, tagged.filter((file) => file.lineUps[name] !== undefined).length] as const,
    );
    const reason = `None of the ${tagged.length} accepted files has the voices of the line-up ${lineUp}; there are ${counted(files, "for")}.`;
    return { kind: "NOTHING", field: "lineUp", reason };
  }
  const bars = pieceTimeSignatures.map((name) => {
    const sum = withLineUp.reduce((total, file) => total + (file.bars[name] ?? 0), 0);
    return [name, sum] as const;
  });
  const others = counted(
    bars.filter(([, sum]) => sum > 0),
    "bars in",
  );
  const reason = `The ${withLineUp.length} files with the line-up ${lineUp} have ${others}, and a version in ${metre} was asked for. Versions may be in ${trainableTimeSignatures.join(", ")}.`;
  return { kind: "NOTHING", field: "metre", reason };
}

/** Reads the rows of the accepted files, and returns those of which the version is made. */
export async function filesOfVersion(
  datasetFiles: Pick<DatasetFiles, "accepted">,
  dataset: OwnedBy,
  { lineUp, metre = defaultMetre, tags = {} }: VersionChoice,
): Promise<ChosenFiles | NothingChosen> {
  let accepted = 0;
  const tagged: AcceptedFile[] = [];
  for await (const file of datasetFiles.accepted(dataset)) {
    accepted += 1;
    if (hasTags(file, tags)) tagged.push(file);
  }
  if (tagged.length === 0 && accepted > 0) {
    return { kind: "NOTHING", field: "tags", reason: `None of the ${accepted} accepted files has these tags.` };
  }
  const withLineUp = tagged.filter((file) => file.lineUps[lineUp] !== undefined);
  const files = withLineUp.filter((file) => hasMetre(file, metre));
  if (files.length === 0) return noneOf(tagged, withLineUp, { lineUp, metre });
  return { kind: "CHOSEN", id: versionIdOf({ lineUp, metre, files }), files };
}
