import { type RefObject, useEffect, useRef, useState } from "react";

/** How far outside of the window something counts as seen, so that it is there when it is scrolled to. */
const margin = "200px";

/** Tells whether an element has come into view since it was drawn: what nobody scrolls to is not loaded. */
export function useWasInView<Kind extends Element>(): readonly [RefObject<Kind | null>, boolean] {
  const element = useRef<Kind>(null);
  const [wasSeen, setSeen] = useState(false);
  useEffect(() => {
    if (wasSeen || element.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { rootMargin: margin },
    );
    observer.observe(element.current);
    return () => {
      observer.disconnect();
    };
  }, [wasSeen]);
  return [element, wasSeen];
}
