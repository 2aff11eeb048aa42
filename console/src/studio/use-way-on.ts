/** The way to what a press has made, for those who have waited for it. */
import { useCallback, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { useFailureNotice } from "../api/failure-notice";
import { useNotices } from "../app/notices";
import { texts } from "../texts/en";
import { hasDialog } from "./compose-keys";

export interface WayOn {
  /** Leads to a path, or tells that it is there: whoever is busy elsewhere by now is not taken away from it. */
  readonly goOn: (path: string) => void;
  /** Shows a failure by the function, or in a notice if what would show it is gone. */
  readonly fail: (error: unknown, show: (error: unknown) => void) => void;
}

/** @param isBusy true while the user does something beside that would be ended by leaving */
export function useWayOn(isBusy = false): WayOn {
  const { tell } = useNotices();
  const tellOfFailure = useFailureNotice();
  const [, navigate] = useLocation();
  const isThere = useRef(false);
  const staysHere = useRef(isBusy);
  useEffect(() => {
    staysHere.current = isBusy;
  }, [isBusy]);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);
  const goOn = useCallback(
    (path: string): void => {
      if (isThere.current && !staysHere.current && !hasDialog()) {
        navigate(path);
        return;
      }
      const lead = (): void => {
        navigate(path);
      };
      tell({ type: "info", text: texts.studio.begun, action: { text: texts.studio.showBegun, onPress: lead } });
    },
    [navigate, tell],
  );
  const fail = useCallback(
    (error: unknown, show: (error: unknown) => void): void => {
      if (isThere.current) show(error);
      else tellOfFailure(error);
    },
    [tellOfFailure],
  );
  return { goOn, fail };
}
