/** A piano on the screen, of 32 keys, which the computer's keyboard plays, too. */
import { useEffect, useMemo, useState } from "react";
import { texts } from "../texts/en";
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

export interface KeyboardProps {
  /** Called with the time of the press, by `performance.now()`: a busy page hears of it later. */
  readonly onPress: (pitch: number, at: number) => void;
  readonly onRelease: (pitch: number, at: number) => void;
  /** Pitches that others play, as a MIDI keyboard does. */
  readonly lit?: ReadonlySet<number> | undefined;
}

export function Keyboard({ onPress, onRelease, lit }: KeyboardProps) {
  const [octave, setOctave] = useState(0);
  const [hasHotKeys, setHotKeys] = useState(() => localStorage.getItem(hotKeysOff) === null);
  const [pressed, setPressed] = useState<ReadonlySet<number>>(new Set());
  const keys = useMemo(() => keysFrom(lowestKey + 12 * octave), [octave]);

  const press = (pitch: number, { timeStamp }: Pick<Event, "timeStamp">): void => {
    setPressed((before) => new Set(before).add(pitch));
    onPress(pitch, timeStamp);
  };
  const release = (pitch: number, { timeStamp }: Pick<Event, "timeStamp">): void => {
    setPressed((before) => new Set([...before].filter((one) => one !== pitch)));
    onRelease(pitch, timeStamp);
  };

  useEffect(() => {
    if (!hasHotKeys) return undefined;
    const pitchOf = ({ code }: globalThis.KeyboardEvent): number | undefined =>
      keys.find((key) => key.code === code)?.pitch;
    const down = (event: globalThis.KeyboardEvent): void => {
      const pitch = pitchOf(event);
      if (pitch === undefined || event.repeat || event.metaKey || event.ctrlKey || event.altKey || isTyping(event))
        return;
      press(pitch, event);
    };
    const up = (event: globalThis.KeyboardEvent): void => {
      const pitch = pitchOf(event);
      if (pitch !== undefined && pressed.has(pitch)) release(pitch, event);
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
    };
  });

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
            if (hasHotKeys) localStorage.setItem(hotKeysOff, "true");
            else localStorage.removeItem(hotKeysOff);
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
                press(pitch, event);
              }}
              onPointerUp={(event) => {
                release(pitch, event);
              }}
              onPointerLeave={(event) => {
                if (pressed.has(pitch)) release(pitch, event);
              }}
              onKeyDown={(event) => {
                if (event.key === "Enter" && !event.repeat) press(pitch, event);
                const neighbor = event.key === "ArrowRight" ? "nextElementSibling" : "previousElementSibling";
                const to = event.key.startsWith("Arrow") ? event.currentTarget[neighbor] : null;
                if (to instanceof HTMLElement) to.focus();
              }}
              onKeyUp={(event) => {
                if (event.key === "Enter") release(pitch, event);
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
