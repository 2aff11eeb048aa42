/** Records a melody: one bar is counted in, then whatever is played is kept. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useCallback, useEffect, useRef, useState } from "react";
import { useNotices } from "../app/notices";
import { useReasonToStay } from "../app/reasons-to-stay";
import { noteCount, type Piece } from "../piece/piece";
import { usePlayer, usePlayerState } from "../sound/player";
import { SoundError } from "../sound/sound-error";
import { Keyboard } from "../stage/keyboard";
import { SmallRoll } from "../stage/small-roll";
import { texts } from "../texts/en";
import { takeRecording } from "./own-melody";
import { Recording } from "./recording";

import "../theme/stage.css";

const words = texts.studio.recorder;
const usualTempo = 100;
const tempoRange = { slowest: 40, fastest: 160 };
const keyVelocity = 96;
/** The clicks of a bar are scheduled so many milliseconds before it. */
const lead = 100;
const millisecondsBetweenPictures = 200;

type Phase = "ready" | "counting" | "recording";

export default function Recorder({ close }: { readonly close: () => void }) {
  const player = usePlayer();
  const { tell } = useNotices();
  const [tempo, setTempo] = useState(String(usualTempo));
  const [phase, setPhase] = useState<Phase>("ready");
  const [picture, setPicture] = useState<Piece>();
  const [lit, setLit] = useState<ReadonlySet<number>>(new Set());
  const [keyboardName, setKeyboardName] = useState<string>();
  const recording = useRef<Recording>(undefined);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  /** Stands for the press of Record that holds. */
  const counting = useRef<object>(undefined);
  const disconnect = useRef<() => void>(undefined);
  useReasonToStay("recording", phase !== "ready");
  const soundError = usePlayerState((state) => state.error);

  const after = useCallback((milliseconds: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.current.delete(timer);
      work();
    }, milliseconds);
    timers.current.add(timer);
  }, []);
  const stopTimers = useCallback((): void => {
    for (const timer of timers.current) clearTimeout(timer);
    timers.current.clear();
  }, []);
  /** Ends the recording. @returns the number of notes that it had, which are the melody now */
  const end = useCallback((): number => {
    const piece = recording.current?.endedAt(performance.now());
    counting.current = undefined;
    recording.current = undefined;
    stopTimers();
    if (piece === undefined) return 0;
    takeRecording(piece);
    return noteCount(piece);
  }, [stopTimers]);
  // Whoever leaves while it records has ended it: by Close, by a link, by what was composed meanwhile.
  useEffect(() => {
    return () => {
      disconnect.current?.();
      const notes = end();
      if (notes > 0) tell({ type: "info", text: words.kept(notes) });
    };
  }, [end, tell]);

  const press = useCallback(
    (pitch: number, at: number, velocity = keyVelocity): void => {
      player.noteOn({ pitch, velocity });
      recording.current?.press(pitch, velocity, at);
    },
    [player],
  );
  const release = useCallback(
    (pitch: number, at: number): void => {
      player.noteOff(pitch);
      recording.current?.release(pitch, at);
    },
    [player],
  );

  const begin = async (): Promise<void> => {
    player.pause();
    const beats = Math.min(tempoRange.fastest, Math.max(tempoRange.slowest, Number(tempo) || usualTempo));
    setTempo(String(beats));
    setPhase("counting");
    const counted = { tempo: beats, ticksPerBeat: 480, beatsPerBar: 4 };
    const bar = (4 * 60_000) / beats;
    const run = {};
    counting.current = run;
    let barLine: number;
    try {
      barLine = await player.countIn(counted);
    } catch (error) {
      if (!(error instanceof SoundError)) throw error;
      setPhase("ready");
      tell({ type: "error", text: error.message });
      return;
    }
    // Meanwhile it may have been stopped or closed.
    if (counting.current !== run) return;
    recording.current = new Recording({ tempo: beats, barLine, name: texts.studio.melody.recorded });
    // Each bar's clicks are placed from the first bar line on, so that late timers do not add up.
    const click = (bars: number): void => {
      after(barLine + bars * bar - lead - performance.now(), () => {
        void player.countIn(counted);
        click(bars + 1);
      });
    };
    click(0);
    const draw = (): void => {
      setPicture(recording.current?.pieceAt(performance.now()));
      after(millisecondsBetweenPictures, draw);
    };
    after(barLine - performance.now(), () => {
      setPhase("recording");
      draw();
    });
  };
  const stop = (): void => {
    const notes = end();
    setPhase("ready");
    setPicture(undefined);
    if (notes === 0) {
      tell({ type: "warning", text: words.empty });
      return;
    }
    tell({ type: "success", text: words.notes(notes) });
    close();
  };
  const connect = async (): Promise<void> => {
    const { connectKeyboard, MidiKeyboardError } = await import("./midi-keyboard");
    try {
      disconnect.current?.();
      const keyboard = await connectKeyboard({
        press: (pitch, at, velocity) => {
          setLit((before) => new Set(before).add(pitch));
          press(pitch, at, velocity);
        },
        release: (pitch, at) => {
          setLit((before) => new Set([...before].filter((one) => one !== pitch)));
          release(pitch, at);
        },
      });
      disconnect.current = keyboard.disconnect;
      setKeyboardName(keyboard.name);
    } catch (error) {
      if (!(error instanceof MidiKeyboardError)) throw error;
      tell({ type: "error", text: error.message });
    }
  };
  return (
    <div className="studio-main">
      <section className="card recorder">
        <FormField label={words.tempo}>
          <Input
            type="number"
            inputMode="numeric"
            disabled={phase !== "ready"}
            value={tempo}
            onChange={({ detail }) => {
              setTempo(detail.value);
            }}
          />
        </FormField>
        <div className="button-row">
          {phase === "ready" ? (
            <Button
              variant="primary"
              iconName="microphone"
              onClick={() => {
                void begin();
              }}
            >
              {words.start}
            </Button>
          ) : (
            <Button variant="primary" iconName="status-stopped" onClick={stop}>
              {words.stop}
            </Button>
          )}
          <Button
            onClick={() => {
              void connect();
            }}
          >
            {words.connect}
          </Button>
          <Button variant="link" onClick={close}>
            {words.cancel}
          </Button>
        </div>
        <p role="status" className="hint">
          {phase === "counting" && words.countIn}
          {phase === "recording" && words.recording} {keyboardName !== undefined && words.connected(keyboardName)}
        </p>
        {soundError !== undefined && <p role="alert">{soundError}</p>}
      </section>
      <section className="stage" aria-label={words.title}>
        <div className="recorder-roll">
          {picture === undefined ? (
            <div className="recorder-empty" />
          ) : (
            <SmallRoll piece={picture} title={texts.studio.melody.recorded} isSilent />
          )}
        </div>
        <Keyboard lit={lit} onPress={press} onRelease={release} />
      </section>
    </div>
  );
}
