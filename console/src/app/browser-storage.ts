/**
 * What this browser keeps for the console. A browser may refuse to keep anything, for one site or for all, and a full one
 * keeps nothing new: what it does not take lives as long as the page.
 */

/** Texts by their names. No use of it throws. */
export interface KeptTexts {
  readonly read: (key: string) => string | null;
  /** @returns false if the browser does not take the text, so that it ends with the page */
  readonly write: (key: string, text: string) => boolean;
  readonly remove: (key: string) => void;
}

/** Returns a storage of the browser, and nothing where it refuses one: some throw at the look, some at the first use. */
export function openStorage(open: () => Storage): Storage | undefined {
  try {
    const storage = open();
    storage.getItem("");
    return storage;
  } catch {
    return undefined;
  }
}

type TextStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function keptTexts(storage: TextStorage | undefined): KeptTexts {
  /** What the storage has not taken. It holds instead of what the storage has. */
  const untaken = new Map<string, string>();
  const tried = (work: (storage: TextStorage) => void): boolean => {
    if (storage === undefined) return false;
    try {
      work(storage);
      return true;
    } catch {
      return false;
    }
  };
  return {
    read: (key) => {
      let text = untaken.get(key) ?? null;
      if (text === null) {
        tried((from) => {
          text = from.getItem(key);
        });
      }
      return text;
    },
    write: (key, text) => {
      const isTaken = tried((to) => {
        to.setItem(key, text);
      });
      if (isTaken) untaken.delete(key);
      else untaken.set(key, text);
      return isTaken;
    },
    remove: (key) => {
      untaken.delete(key);
      tried((from) => {
        from.removeItem(key);
      });
    },
  };
}

/** What outlives the tab. */
export const browserTexts = keptTexts(openStorage(() => localStorage));

/** What ends with the tab, if the browser keeps anything: the sign-in, which cannot do without. */
export const tabStorage = openStorage(() => sessionStorage);
