/** A piano on the screen, of 32 keys, which the computer's keyboard plays, too. */
import { useEffect, useMemo, useRef, useState } from "react";
import { browserTexts } from "../app/browser-storage";
import { texts } from "../texts/en";
import { HeldKeys } from "./held-keys";
import { isBlackKey, pitchName } from "./pitch-names";

/** Present in this browser's storage where the computer's keyboard does not play. */
const hotKeysOff = "opencomposer.hot-keys-off";
const keyCount = 32;
/** The lowest key, when it is not moved by octaves: F 3. */
const lowestKey = 53;
/** Keys by their places on the keyboard, whatever is printed there; so they are the same on every layout. */
const whiteCodes = [
  ...["KeyA", "KeyS", "KeyD", "KeyF", "KeyG", "KeyH", "KeyJ", "KeyK", "KeyL", "Semicolon", "Quote"],
  ...["KeyM", "Comma", "Period", "Slash", "KeyZ", "KeyC", "KeyB", "KeyN"],
];
const blackCodes = [
  ...["KeyW", "KeyE", "KeyR", "KeyT", "KeyY", "KeyU", "KeyO", "KeyP"],
  ...["BracketLeft", "BracketRight", "Backslash", "KeyX", "KeyV"],
];
const signs: Readonly<Record<string, string>> = {
  Semicolon: ";",
  Quote: "'",
  Comma: ",",
  Period: ".",
  Slash: "/",
  BracketLeft: "[",
  BracketRight: "]",
  Backslash: "\\",
};

interface Key {
  readonly pitch: number;
  readonly code: string;
}

/** Returns the keys from the lowest, each with its place on the computer's keyboard. */
export function keysFrom(lowest: number): Key[] {
  let white = 0;
  let black = 0;
  return Array.from({ length: keyCount }, (_, index) => {
    const pitch = lowest + index;
    return { pitch, code: (isBlackKey(pitch) ? blackCodes[black++] : whiteCodes[white++]) ?? "" };
  });
}

const isTyping = ({ target }: Event): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));

const pointerName = ({ pointerId }: Pick<PointerEvent, "pointerId">): string => `pointer ${pointerId}`;

export interface KeyboardProps {
  /** Called with the time of the press, by `performance.now()`: a busy page hears of it later. */
  readonly onPress: (pitch: number, at: number) => void;
  readonly onRelease: (pitch: number, at: number) => void;
  /** Pitches that others play, as a MIDI keyboard does. */
  readonly lit?: ReadonlySet<number> | undefined;
}

export function Keyboard({ onPress, onRelease, lit }: KeyboardProps) {
  const [octave, setOctave] = useState(0);
  const [hasHotKeys, setHotKeys] = useState(() => browserTexts.read(hotKeysOff) === null);
  const [held] = useState(() => new HeldKeys());
  const [pressed, setPressed] = useState<ReadonlySet<number>>(new Set());
  const keys = useMemo(() => keysFrom(lowestKey + 12 * octave), [octave]);

  const release = (holder: string, { timeStamp }: Pick<Event, "timeStamp">): void => {
    const pitch = held.release(holder);
    if (pitch === undefined) return;
    setPressed(held.down);
    onRelease(pitch, timeStamp);
  };
  const press = (holder: string, pitch: number, { timeStamp }: Pick<Event, "timeStamp">): void => {
    // Whoever holds another key already was not heard to let it go.
    release(holder, { timeStamp });
    held.press(holder, pitch);
    setPressed(held.down);
    onPress(pitch, timeStamp);
  };

  useEffect(() => {
    const down = (event: globalThis.KeyboardEvent): void => {
      const pitch = hasHotKeys ? keys.find(({ code }) => code === event.code)?.pitch : undefined;
      if (pitch === undefined || event.repeat || event.metaKey || event.ctrlKey || event.altKey || isTyping(event))
        return;
      press(event.code, pitch, event);
    };
    const up = (event: globalThis.KeyboardEvent): void => {
      release(event.code, event);
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
    };
  });

  // A page without the focus, or without the piano, does not hear that a key goes up.
  const ending = useRef(onRelease);
  useEffect(() => {
    ending.current = onRelease;
  });
  useEffect(() => {
    const endAll = (): void => {
      for (const pitch of held.releaseAll()) ending.current(pitch, performance.now());
      setPressed(held.down);
    };
    addEventListener("blur", endAll);
    return () => {
      removeEventListener("blur", endAll);
      endAll();
    };
  }, [held]);

  const [first, last] = [keys[0]?.pitch ?? lowestKey, keys.at(-1)?.pitch ?? lowestKey];
  return (
    <div className="keyboard">
      <div className="keyboard-settings">
        <button
          type="button"
          className="stage-button"
          disabled={octave <= -2}
          onClick={() => {
            setOctave(octave - 1);
          }}
        >
          {texts.keyboard.lower}
        </button>
        <button
          type="button"
          className="stage-button"
          disabled={octave >= 2}
          onClick={() => {
            setOctave(octave + 1);
          }}
        >
          {texts.keyboard.higher}
        </button>
        <button
          type="button"
          className="stage-button hot-keys"
          aria-pressed={hasHotKeys}
          onClick={() => {
            setHotKeys(!hasHotKeys);
            if (hasHotKeys) browserTexts.write(hotKeysOff, "true");
            else browserTexts.remove(hotKeysOff);
          }}
        >
          {texts.keyboard.hotKeys}
        </button>
      </div>
      <div className="keyboard-keys" role="group" aria-label={texts.keyboard.label(pitchName(first), pitchName(last))}>
        {keys.map(({ pitch, code }, index) => {
          const isDown = pressed.has(pitch) || lit?.has(pitch) === true;
          return (
            <button
              key={pitch}
              type="button"
              tabIndex={index === 0 ? 0 : -1}
              aria-label={pitchName(pitch)}
              aria-pressed={isDown}
              className={`key${isBlackKey(pitch) ? " key-black" : ""}${isDown ? " key-down" : ""}`}
              onPointerDown={(event) => {
                press(pointerName(event), pitch, event);
              }}
              onPointerUp={(event) => {
                release(pointerName(event), event);
              }}
              onPointerLeave={(event) => {
                release(pointerName(event), event);
              }}
              onKeyDown={(event) => {
                if (event.key === "Enter" && !event.repeat) press(event.code, pitch, event);
                const neighbor = event.key === "ArrowRight" ? "nextElementSibling" : "previousElementSibling";
                const to = event.key.startsWith("Arrow") ? event.currentTarget[neighbor] : null;
                if (to instanceof HTMLElement) to.focus();
              }}
            >
              <span aria-hidden="true">{hasHotKeys ? (signs[code] ?? code.replace("Key", "")) : ""}</span>
            </button>
          );
        })}
      </div>
    </div>
  );
}
