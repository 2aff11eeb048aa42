/**
 * Parts of the console that are loaded when they are first shown. React keeps for good that one could not be loaded, as
 * without a connection; here it is loaded anew when it is shown again.
 */
import { type ComponentType, createElement, lazy } from "react";

type Loaded<Props> = Promise<{ readonly default: ComponentType<Props> }>;

/** Makes each part that could not be loaded ready for another try. */
const renewals = new Set<() => void>();

export function latePart<Props extends object = object>(load: () => Loaded<Props>): ComponentType<Props> {
  const untried = (): ComponentType<Props> =>
    lazy(async () => {
      try {
        return await load();
      } catch (error) {
        renewals.add(renew);
        throw error;
      }
    });
  let part = untried();
  const renew = (): void => {
    part = untried();
  };
  return function LatePart(props) {
    return createElement(part, props);
  };
}

/** Called when a fault is shown. Before that, React draws a part again by itself, and would try without an end. */
export function renewFailedParts(): void {
  for (const renew of renewals) renew();
  renewals.clear();
}
