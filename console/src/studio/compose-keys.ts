/** Ctrl + Enter composes from the keyboard, where Compose is what a person means by it. */

export interface StruckKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  /** True if the key is held and strikes by itself. */
  readonly repeat: boolean;
  /** True if a control has used the key already, as an open list does. */
  readonly defaultPrevented: boolean;
}

export interface StruckPlace {
  /** True inside of the page's own part, and where nothing has the focus. */
  readonly isOnPage: boolean;
  /** True while a dialog stands over the page. */
  readonly hasDialog: boolean;
}

export const composesBy = (struck: StruckKey, { isOnPage, hasDialog }: StruckPlace): boolean =>
  struck.key === "Enter" &&
  (struck.ctrlKey || struck.metaKey) &&
  !struck.repeat &&
  !struck.defaultPrevented &&
  isOnPage &&
  !hasDialog;

/** Returns where a key was struck. */
export function placeOfStroke({ target }: Event): StruckPlace {
  const isOnPage = target === document.body || (target instanceof Element && target.closest("main") !== null);
  return { isOnPage, hasDialog: hasDialog() };
}

/** Returns true while a dialog stands over the page. */
export const hasDialog = (): boolean =>
  [...document.querySelectorAll("dialog[open], [role=dialog][aria-modal=true]")].some((one) => one.checkVisibility());
