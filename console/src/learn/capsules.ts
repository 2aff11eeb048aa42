/** The pages of Learn in their order. */
import { learnTexts } from "../texts/en-learn";

export type CapsuleId = keyof typeof learnTexts.capsules;

export const capsuleIds = Object.keys(learnTexts.capsules) as CapsuleId[];

export const isCapsuleId = (id: string | undefined): id is CapsuleId => capsuleIds.some((one) => one === id);

export const capsulePath = (id: CapsuleId): string => `/learn/${id}`;
