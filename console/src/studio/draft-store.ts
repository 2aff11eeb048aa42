/** The draft. It is kept in this browser, so neither a reload nor the way to the sign-in page loses anything. */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { browserTexts, keptTexts, tabStorage } from "../app/browser-storage";
import type { Draft, Value } from "./draft";
import { draftStorage } from "./draft-storage";
import type { MelodySource } from "./melody-source";

const storage = draftStorage(keptTexts(tabStorage), browserTexts);

export const draftStore = createStore<Draft>(() => storage.read());

draftStore.subscribe(storage.write);

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
