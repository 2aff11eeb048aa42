import { type RefObject, useEffect, useState } from "react";
import type { RollSize } from "./roll-view";

/** Returns the size of an element, and renders again when it changes. */
export function useElementSize(element: RefObject<HTMLElement | null>): RollSize {
  const [size, setSize] = useState<RollSize>({ width: 0, height: 0 });
  useEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return size;
}
