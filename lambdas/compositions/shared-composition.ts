/** Finds what is shared under a token, for people who are not signed in. */
import type { OwnedBy } from "../../naming/object-keys";
import { Problem } from "../problems/problem";
import { readFileOfRow, type ReadFileOfRowParams } from "../resources/read-file-of-row";
import type { Compositions } from "../stores/compositions";
import type { CompositionItem } from "../stores/items";
import type { CompositionShare, Shares } from "../stores/shares";
import { digestOfShareToken } from "./share-token";

/** A finished composition with its share. */
export type SharedComposition = CompositionItem & {
  readonly share: CompositionShare;
  readonly output: NonNullable<CompositionItem["output"]>;
  readonly midi: NonNullable<CompositionItem["midi"]>;
};

export interface SharedCompositionsParams {
  readonly shares: Pick<Shares, "find">;
  readonly compositions: Pick<Compositions, "get">;
  readonly now: () => Date;
}

export interface SharedCompositions {
  /** Returns the composition that is shared under a token. @throws Problem SHARE_NOT_FOUND */
  find(token: string): Promise<SharedComposition>;
  /**
   * Returns the content of a file of a shared composition.
   * @throws Problem SHARE_NOT_FOUND when the share has ended meanwhile; FILE_LOST
   */
  readFile<Content>(
    params: Pick<ReadFileOfRowParams<SharedComposition, Content>, "item" | "read" | "file">,
  ): Promise<Content>;
}

/**
 * Returns the problem of a token that opens nothing. It is one and the same for a token that never was, one that has
 * ended and one that was revoked, so that nobody learns from it what there is or was.
 */
const shareNotFound = (): Problem =>
  new Problem("SHARE_NOT_FOUND", {
    detail: "This link opens nothing: it may be mistyped, or it has expired, or its owner has ended it.",
  });

const isFinished = (item: CompositionItem): item is CompositionItem & Pick<SharedComposition, "output" | "midi"> =>
  item.state === "COMPLETED" && item.output !== undefined && item.midi !== undefined;

export function createSharedCompositions({ shares, compositions, now }: SharedCompositionsParams): SharedCompositions {
  const read = async (owned: OwnedBy, tokenSha256: string): Promise<SharedComposition> => {
    const item = await compositions.get(owned);
    if (item === undefined || !isFinished(item)) throw shareNotFound();
    const { share } = item;
    if (share?.tokenSha256 !== tokenSha256 || Date.parse(share.expiresAt) <= now().getTime()) throw shareNotFound();
    return { ...item, share };
  };

  return {
    find: async (token) => {
      const tokenSha256 = digestOfShareToken(token);
      if (tokenSha256 === undefined) throw shareNotFound();
      const owned = await shares.find(tokenSha256);
      if (owned === undefined) throw shareNotFound();
      return await read(owned, tokenSha256);
    },

    readFile: async (params) =>
      await readFileOfRow({
        ...params,
        items: { get: async (owned) => await read(owned, params.item.share.tokenSha256) },
        resourceInResponse: "the shared piece",
        advice: "Ask the one who has shared it to create it again.",
      }),
  };
}
