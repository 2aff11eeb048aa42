/** Short messages that answer an action or tell of an event, over whatever page is shown. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { texts } from "../texts/en";

export interface Notice {
  readonly type: "success" | "info" | "warning" | "error";
  readonly text: string;
  /** The id under which the logs have the request, where one has failed. */
  readonly requestId?: string;
  readonly action?: { readonly text: string; readonly onPress: () => void };
}
export interface Notices {
  readonly tell: (notice: Notice) => void;
}
interface ShownNotice extends Notice {
  readonly id: number;
}

/** Good news goes by itself. What is wrong stays until it is closed. */
const secondsShown = 8;
const mostShown = 4;

const NoticesContext = createContext<Notices | undefined>(undefined);

export function NoticesProvider({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<readonly ShownNotice[]>([]);
  const lastId = useRef(0);
  const close = useCallback((id: number) => {
    setShown((before) => before.filter((notice) => notice.id !== id));
  }, []);
  const notices = useMemo<Notices>(
    () => ({
      tell: (notice) => {
        lastId.current += 1;
        const id = lastId.current;
        // The same message again replaces the first one instead of standing beside it.
        setShown((before) =>
          [...before.filter(({ text }) => text !== notice.text), { ...notice, id }].slice(-mostShown),
        );
      },
    }),
    [],
  );
  return (
    <NoticesContext value={notices}>
      {children}
      <section className="notices" aria-label={texts.notices.label} aria-live="polite" aria-relevant="additions">
        {shown.map((notice) => (
          <ShownNoticeCard key={notice.id} notice={notice} close={close} />
        ))}
      </section>
    </NoticesContext>
  );
}

function ShownNoticeCard(props: { readonly notice: ShownNotice; readonly close: (id: number) => void }) {
  const { notice, close } = props;
  const { id, type, text, requestId, action } = notice;
  const [isHeld, setHeld] = useState(false);
  const goes = (type === "success" || type === "info") && !isHeld;
  useEffect(() => {
    if (!goes) return undefined;
    const timer = setTimeout(() => {
      close(id);
    }, secondsShown * 1000);
    return () => {
      clearTimeout(timer);
    };
  }, [goes, close, id]);
  return (
    <div
      className={`notice notice-${type}`}
      role={type === "error" ? "alert" : undefined}
      onPointerEnter={() => {
        setHeld(true);
      }}
      onPointerLeave={() => {
        setHeld(false);
      }}
      onFocus={() => {
        setHeld(true);
      }}
      onBlur={() => {
        setHeld(false);
      }}
    >
      <p>
        <span className="notice-kind">{texts.notices.kinds[type]}</span> {text}
        {requestId !== undefined && <small> {texts.requestId(requestId)}</small>}
      </p>
      {action !== undefined && (
        <button
          type="button"
          className="plain-button"
          onClick={() => {
            close(id);
            action.onPress();
          }}
        >
          {action.text}
        </button>
      )}
      <button
        type="button"
        className="plain-button notice-close"
        aria-label={texts.notices.close}
        onClick={() => {
          close(id);
        }}
      >
        ×
      </button>
    </div>
  );
}

export function useNotices(): Notices {
  const notices = useContext(NoticesContext);
  if (notices === undefined) throw new Error("useNotices is called outside of NoticesProvider.");
  return notices;
}
