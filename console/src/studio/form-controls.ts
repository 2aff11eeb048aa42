/** The controls of the studio's form, in the order in which they stand, and the part of the request that each makes. */
import type { ControlPlace } from "../api/place-errors";
import type { Technique } from "../api/queries";

export const parameterControl = (name: string): string => `parameter-${name}`;

/** The id of a control's element in the page. */
export const controlId = (control: string): string => `studio-${control}`;

const shapeControls = [
  "tempo",
  "transpose",
  "startBar",
  "bars",
  "rhythmAssist",
  "allTracks",
  "extendedTracks",
] as const;
export const shapeControl = (name: (typeof shapeControls)[number]): string => `shape-${name}`;

export function controlPlaces(technique: Pick<Technique, "parameters"> | undefined): ControlPlace[] {
  return [
    { control: "melody", pointers: ["/input", "/trackIndex", "?trackIndex", "/timeSignature"] },
    ...shapeControls.map((name) => ({ control: shapeControl(name), pointers: [`/inputOptions/${name}`] })),
    { control: "technique", pointers: ["/technique"] },
    { control: "model", pointers: ["/modelId"] },
    ...(technique?.parameters ?? []).map(({ name }) => ({
      control: parameterControl(name),
      pointers: [`/parameters/${name}`],
    })),
    { control: "seed", pointers: ["/seed"] },
    { control: "name", pointers: ["/name", "?name"] },
  ];
}
