/** Which technique takes which time signatures. */
import { type TechniqueId, techniqueIds } from "../../naming/resource-names";
import type { PieceTimeSignature } from "../music/time-signatures";
import { techniques } from "./registry";

/** Returns the time signatures in which a technique composes. */
export const timeSignaturesTakenBy = (technique: TechniqueId): readonly PieceTimeSignature[] =>
  techniques[technique].timeSignatures;

/** Returns the techniques that take a time signature. */
export const techniquesTaking = (timeSignature: PieceTimeSignature): TechniqueId[] =>
  techniqueIds.filter((technique) => timeSignaturesTakenBy(technique).includes(timeSignature));
