/** The draft. It is kept in this browser, so neither a reload nor the way to the sign-in page loses anything. */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { type Draft, readDraft, type Value } from "./draft";
import type { MelodySource } from "./melody-source";

const storageKey = "opencomposer.draft.v1";

export const draftStore = createStore<Draft>(() => readDraft(localStorage.getItem(storageKey)));

draftStore.subscribe((draft) => {
  try {
    localStorage.setItem(storageKey, JSON.stringify(draft));
  } catch {
    // A full storage, as of a large file: the draft then lives as long as the page.
  }
});

export const useDraft = (): Draft => useStore(draftStore);

export const changeDraft = (change: Partial<Draft>): void => {
  draftStore.setState(change);
};

/** Chooses another melody. What shaped the one before does not fit it. */
export const chooseSource = (source: MelodySource): void => {
  draftStore.setState({ source, shape: {} });
};

export const setValue = (technique: string, name: string, value: Value): void => {
  const { values } = draftStore.getState();
  draftStore.setState({ values: { ...values, [technique]: { ...values[technique], [name]: value } } });
};
