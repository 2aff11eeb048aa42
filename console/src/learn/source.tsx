import { learnTexts } from "../texts/en-learn";
import { addressOf } from "./source-address";

/** A paper with a link to it, or a file of the repository. */
export function Source({ source }: { readonly source: string }) {
  const address = addressOf(source);
  if (address === undefined) return learnTexts.inRepository(source);
  return (
    <a href={address} target="_blank" rel="noreferrer">
      {source}
    </a>
  );
}
