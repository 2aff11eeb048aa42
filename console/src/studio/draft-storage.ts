/**
 * Where the draft is kept: by the tab, which finds its own again after a reload or on the way back from signing in, and
 * by the browser for tabs to come. A tab writes there only what was changed in it, so that it takes back nothing that was
 * changed in another one. The unsaved melody, which may be large, is kept by itself.
 */
import type { KeptTexts } from "../app/browser-storage";
import { type Draft, readDraft } from "./draft";

export const draftKey = "opencomposer.draft.v1";
export const ownKey = "opencomposer.unsaved-melody.v1";

export interface DraftStorage {
  readonly read: () => Draft;
  readonly write: (after: Draft, before: Draft) => void;
}

const settingsOf = ({ own: _, ...settings }: Draft): Omit<Draft, "own"> => settings;

const readFrom = (texts: KeptTexts): Draft => readDraft(texts.read(draftKey), texts.read(ownKey));

export function draftStorage(tab: KeptTexts, browser: KeptTexts): DraftStorage {
  const keepOwn = (own: Draft["own"], before: Draft["own"]): void => {
    if (own !== undefined) {
      const text = JSON.stringify(own);
      tab.write(ownKey, text);
      browser.write(ownKey, text);
      return;
    }
    tab.remove(ownKey);
    // What another tab has put there since then is not this tab's to take away.
    const { own: kept } = readFrom(browser);
    if (kept?.id === before?.id) browser.remove(ownKey);
  };
  return {
    read: () => {
      const isNew = tab.read(draftKey) === null;
      const draft = readFrom(isNew ? browser : tab);
      if (!isNew) return draft;
      tab.write(draftKey, JSON.stringify(settingsOf(draft)));
      if (draft.own !== undefined) tab.write(ownKey, JSON.stringify(draft.own));
      return draft;
    },
    write: (after, before) => {
      if (after.own !== before.own) keepOwn(after.own, before.own);
      const settings = settingsOf(after);
      const earlier = new Map(Object.entries(settingsOf(before)));
      const changes = Object.entries(settings).filter(([name, value]) => earlier.get(name) !== value);
      if (changes.length === 0) return;
      tab.write(draftKey, JSON.stringify(settings));
      const kept = browser.read(draftKey) === null ? settings : settingsOf(readFrom(browser));
      browser.write(draftKey, JSON.stringify({ ...kept, ...Object.fromEntries(changes) }));
    },
  };
}
