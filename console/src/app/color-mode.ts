/**
 * Light or dark. The console follows the system until the user chooses the other mode, which this browser then
 * remembers. Who chooses the system's mode follows the system again.
 */
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";
import { browserTexts } from "./browser-storage";

export type ColorMode = "light" | "dark";

const storageKey = "opencomposer.color-mode";
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

const systemMode = (): ColorMode => (systemIsDark.matches ? "dark" : "light");

export function colorMode(): ColorMode {
  const chosen = browserTexts.read(storageKey);
  return chosen === "light" || chosen === "dark" ? chosen : systemMode();
}

/** Puts the mode on the page: for our own style sheets as `data-mode`, for Cloudscape's by its own function. */
export function applyColorMode(): void {
  const mode = colorMode();
  document.documentElement.dataset["mode"] = mode;
  applyMode(mode === "dark" ? Mode.Dark : Mode.Light);
}

function changed(): void {
  applyColorMode();
  for (const listener of listeners) listener();
}

export function chooseColorMode(mode: ColorMode): void {
  if (mode === systemMode()) browserTexts.remove(storageKey);
  else browserTexts.write(storageKey, mode);
  changed();
}

systemIsDark.addEventListener("change", changed);
// Another tab has chosen.
addEventListener("storage", ({ key }) => {
  if (key === storageKey) changed();
});

export const useColorMode = (): ColorMode =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, colorMode);
