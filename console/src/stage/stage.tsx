/** The stage: a piece that is seen, heard, mixed, replayed and edited. */
import { type KeyboardEvent, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { latePart } from "../app/late-part";
import { barTicks, endOfPiece, type Piece, type PieceNote, stepTicks } from "../piece/piece";
import type { TrackMix } from "../sound/audible-piece";
import { type PlayedNote, usePlayer, usePlayerState } from "../sound/player";
import { texts } from "../texts/en";
import { stageColors, trackColors } from "../theme/palette";
import { type Edited, type Frame, pasteNotes, type Region, regionOf, removeNotes } from "./edit-piece";
import { coveredCells } from "./edited-piece";
import { canRedo, canUndo, createHistory, currentPiece, push, redo, showing, undo } from "./history";
import { keepMixing, readMixing } from "./kept-mixings";
import { Keyboard } from "./keyboard";
import { isSilent, mixesOf, type Mixing, usualMixing } from "./mixing";
import { NoteTable } from "./note-table";
import { PlayIcon } from "./play-icon";
import { type EditEvent, type EditFilter, filterEdits, inputCells, Replay } from "./replay";
import type { ReplayBarProps } from "./replay-bar";
import { Roll, type RollHandle, type Tool } from "./roll";
import { placeName } from "./roll-keys";
import { trackColor } from "./roll-painter";
import { Tracks } from "./tracks";
import { useMoment } from "./use-moment";
import { useReducedMotion } from "./use-reduced-motion";

import "../theme/stage.css";

export interface StageView {
  readonly id: string;
  readonly label: string;
}

export interface StageProps {
  readonly piece: Piece;
  readonly title: string;
  /** Buttons at the right of the transport. */
  readonly actions?: ReactNode;
  /** Views of which one is shown, as "Result" and "How it was made". */
  readonly views?: readonly StageView[];
  readonly view?: string;
  readonly onView?: (id: string) => void;
  /** True if the stage has a piano. */
  readonly keyboard?: boolean;
  /** Called when a note of the piano begins and ends, as for a recording. */
  readonly onNote?: (note: Required<Pick<PlayedNote, "pitch" | "velocity">>, isDown: boolean) => void;
  /** Pitches that are lit on the piano, as those of a MIDI keyboard. */
  readonly lit?: ReadonlySet<number>;
  /** Called with the piece after each edit. Without it, notes cannot be edited. */
  readonly onEdit?: (piece: Piece) => void;
  /** Called when a track gets another instrument. */
  readonly onProgram?: (track: number, program: number) => void;
  /** Called with the bars and pitches of a frame that is drawn on the roll; undefined when it is taken away. */
  readonly onRegion?: (region: Region | undefined) => void;
  /** Called when tracks are muted, play solo or get another gain, as for a download of what is heard. */
  readonly onMix?: (mixes: readonly TrackMix[]) => void;
  /**
   * Under this name the browser keeps which tracks are muted or play solo, and how loud each is. All that a stage shows
   * under one name are versions of one piece.
   */
  readonly mixId?: string;
  /** The edits by which the piece was made: the roll then replays them, and what is heard follows. */
  readonly edits?: readonly EditEvent[];
  /** What the edits began with. Without it, it is the piece with its edits undone. */
  readonly input?: Piece | undefined;
  /** The tick at which the new music of a piece that goes on begins. */
  readonly newFrom?: number | undefined;
  /** True if neither tracks nor notes are shown, as in a blind comparison. */
  readonly isCovered?: boolean;
  /** What stands under the roll. */
  readonly children?: ReactNode;
}

/** Few stages replay edits. */
const ReplayBar = latePart<ReplayBarProps>(async () => ({ default: (await import("./replay-bar")).ReplayBar }));

const keyVelocity = 96;
const heardSeconds = 0.25;
const noNotes: ReadonlySet<PieceNote> = new Set();
const allEdits: EditFilter = { lastPass: Infinity, leastProbability: 0 };
/** In a replay the tracks are what was given and what was added, in the colors in which the roll shows them. */
const replayColor = (track: number): string => (track === 0 ? trackColors[0] : stageColors.added);

export function Stage(props: StageProps) {
  const { piece: given, title, edits, input, mixId, isCovered = false } = props;
  const { onEdit, onProgram, onRegion, onMix, onNote } = props;
  const player = usePlayer();
  const [store] = useState(() => createHistory(given));
  const history = useStore(store);
  const piece = currentPiece(history);
  const roll = useRef<RollHandle>(null);
  const time = useRef<HTMLOutputElement>(null);
  const [mixing, setMixing] = useState<Mixing>(() =>
    mixId === undefined ? usualMixing : readMixing(mixId, given.tracks.length),
  );
  const [activeTrack, setActiveTrack] = useState(0);
  const [selected, setSelected] = useState<ReadonlySet<PieceNote>>(noNotes);
  const [copied, setCopied] = useState<readonly PieceNote[]>([]);
  const [tool, setTool] = useState<Tool>("select");
  const [frame, setFrame] = useState<Frame>();
  const [hasTable, setTable] = useState(false);
  const [said, setSaid] = useState("");
  const [filter, setFilter] = useState<EditFilter>(allEdits);
  const isReduced = useReducedMotion();
  const passes = useMemo(() => (edits ?? []).reduce((most, { pass }) => Math.max(most, pass + 1), 0), [edits]);
  const filterOfPasses = { ...filter, lastPass: Math.min(filter.lastPass, Math.max(0, passes - 1)) };
  const { lastPass, leastProbability } = filterOfPasses;
  const replay = useMemo(() => {
    if (edits === undefined) return undefined;
    const steps = Math.ceil(endOfPiece(piece) / stepTicks(piece));
    return new Replay({
      steps,
      edits: filterEdits(edits, { lastPass, leastProbability }),
      input: inputCells(coveredCells(input ?? piece, steps), edits),
    });
  }, [edits, input, lastPass, leastProbability, piece]);
  const moment = useMoment(piece, replay);
  /** What the player has when this stage plays. */
  const played = moment.piece ?? piece;
  const shown = useRef(played);
  const isMine = usePlayerState((state) => state.piece === played);
  const status = usePlayerState((state) => (state.piece === played ? state.status : "paused"));
  const error = usePlayerState((state) => (state.piece === played ? state.error : undefined));
  const loop = usePlayerState((state) => (state.piece === played ? state.loop : undefined));
  const hasMetronome = usePlayerState((state) => state.hasMetronome);
  const isPlaying = status !== "paused";
  const isEditable = onEdit !== undefined && edits === undefined;
  const track = Math.min(activeTrack, piece.tracks.length - 1);

  useEffect(() => {
    store.setState((before) => showing(before, given));
  }, [given, store]);

  // The player goes on with an edited piece, or with a new version of it, where the one before it was; a piece of another
  // origin begins anew.
  useEffect(() => {
    const before = shown.current;
    shown.current = played;
    if (before !== played && player.state.getState().piece === before)
      player.load(played, {
        isEdit: replay !== undefined || mixId !== undefined || store.getState().states.includes(before),
      });
    player.prepare(played);
  }, [mixId, played, player, replay, store]);
  useEffect(() => player.show(played), [played, player]);

  const mixes = useMemo(() => mixesOf(mixing, played.tracks.length), [mixing, played.tracks.length]);
  useEffect(() => {
    if (!isMine) return;
    for (const [index, mix] of mixes.entries()) player.setMix(index, mix);
  }, [isMine, mixes, played, player]);
  useEffect(() => {
    onMix?.(mixes);
  }, [mixes, onMix]);

  const showTime = useCallback(
    (tick: number): void => {
      const last = endOfPiece(piece) - 1;
      if (time.current !== null) time.current.value = placeName(piece, Math.min(tick, last)).split(".", 2).join(".");
      roll.current?.showPlayhead(tick, player.state.getState().status === "playing");
    },
    [piece, player],
  );
  useEffect(() => {
    if (!isMine) {
      showTime(0);
      return undefined;
    }
    showTime(player.position);
    return player.subscribePosition(showTime);
  }, [isMine, player, showTime]);

  const changeMixing = (next: Mixing): void => {
    setMixing(next);
    if (mixId !== undefined) keepMixing(mixId, next);
  };
  const apply = ({ piece: next, changed }: Edited): void => {
    if (next === piece) return;
    store.setState((before) => push(before, next));
    setSelected(changed);
    onEdit?.(next);
  };
  const travel = (to: typeof undo): void => {
    const before = store.getState();
    const next = to(before);
    if (next === before) return;
    store.setState(next);
    setSelected(noNotes);
    onEdit?.(currentPiece(next));
  };
  const setProgram = (index: number, program: number): void => {
    const tracks = piece.tracks.map((one, at) => (at === index ? { ...one, program } : one));
    const next = { ...piece, tracks };
    store.setState((before) => push(before, next));
    onEdit?.(next);
    onProgram?.(index, program);
  };
  const toggle = (): void => {
    player.load(played);
    void player.toggle();
  };
  const seek = (tick: number): void => {
    player.load(played);
    player.seek(tick);
  };
  const setLoop = (isOn: boolean): void => {
    player.load(played);
    const bar = barTicks(piece);
    const region = frame === undefined ? undefined : regionOf(piece, frame);
    const whole = { from: 0, to: endOfPiece(piece) };
    const part = region === undefined ? whole : { from: (region.firstBar - 1) * bar, to: region.lastBar * bar };
    player.setLoop(isOn ? part : undefined);
  };
  const hear = (pitch: number): void => {
    const { program = 0, isDrums = false } = piece.tracks[track] ?? {};
    player.noteOn({ pitch, velocity: keyVelocity, program, isDrums });
    setTimeout(() => {
      player.noteOff(pitch);
    }, heardSeconds * 1000);
  };
  const paste = (): void => {
    if (copied.length === 0) return;
    const bar = barTicks(piece);
    const end = Math.max(...copied.map(({ start, duration }) => start + duration));
    apply(
      pasteNotes(
        piece,
        track,
        copied,
        isMine && player.position > 0
          ? Math.round(player.position / stepTicks(piece)) * stepTicks(piece)
          : Math.ceil(end / bar) * bar,
      ),
    );
  };
  const strike = (event: KeyboardEvent<HTMLElement>): void => {
    const { target, key } = event;
    const isField = target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA|BUTTON)$/.test(target.tagName);
    if (key === " " && !isField) toggle();
    else if (!isEditable || !(event.ctrlKey || event.metaKey)) return;
    else if (key === "z" || key === "Z") travel(event.shiftKey ? redo : undo);
    else if (key === "y") travel(redo);
    else if (key === "c") setCopied([...selected]);
    else if (key === "x") {
      setCopied([...selected]);
      apply(removeNotes(piece, { track, notes: selected }));
    } else if (key === "v") paste();
    else return;
    event.preventDefault();
  };
  const silentTracks = new Set([...piece.tracks.keys()].filter((index) => isSilent(mixing, index)));
  const onRoll = useMemo(() => (isCovered ? { ...piece, tracks: [] } : piece), [isCovered, piece]);

  return (
    <section className="stage" aria-label={title} onKeyDown={strike}>
      <div className="stage-head">
        <button
          type="button"
          className="round-button"
          aria-label={isPlaying ? texts.stage.pause : texts.stage.play}
          aria-busy={status === "starting"}
          onClick={toggle}
        >
          <PlayIcon isPlaying={isPlaying} />
        </button>
        <span className="stage-time">
          <output ref={time} aria-label={texts.stage.position}>
            1.1
          </output>{" "}
          <small>{texts.stage.length(piece.bars, piece.tempo)}</small>
        </span>
        <button
          type="button"
          className="stage-button"
          aria-pressed={loop !== undefined}
          onClick={() => {
            setLoop(loop === undefined);
          }}
        >
          {texts.stage.loop}
        </button>
        <button
          type="button"
          className="stage-button"
          aria-pressed={hasMetronome}
          onClick={() => {
            player.setMetronome(!hasMetronome);
          }}
        >
          {texts.stage.metronome}
        </button>
        {isEditable && (
          <span className="stage-group" role="group" aria-label={texts.stage.editing}>
            <button
              type="button"
              className="stage-button"
              aria-pressed={tool === "draw"}
              onClick={() => {
                setTool(tool === "draw" ? "select" : "draw");
              }}
            >
              {texts.stage.draw}
            </button>
            <button
              type="button"
              className="stage-button"
              disabled={!canUndo(history)}
              onClick={() => {
                travel(undo);
              }}
            >
              {texts.stage.undo}
            </button>
            <button
              type="button"
              className="stage-button"
              disabled={!canRedo(history)}
              onClick={() => {
                travel(redo);
              }}
            >
              {texts.stage.redo}
            </button>
            <button
              type="button"
              className="stage-button"
              disabled={selected.size === 0}
              onClick={() => {
                setCopied([...selected]);
              }}
            >
              {texts.stage.copy}
            </button>
            <button type="button" className="stage-button" disabled={copied.length === 0} onClick={paste}>
              {texts.stage.paste}
            </button>
            <button
              type="button"
              className="stage-button"
              disabled={selected.size === 0}
              onClick={() => {
                apply(removeNotes(piece, { track, notes: selected }));
              }}
            >
              {texts.stage.remove}
            </button>
          </span>
        )}
        <span className="stage-group" role="group" aria-label={texts.stage.zoom}>
          <button
            type="button"
            className="stage-button"
            aria-label={texts.stage.zoomOut}
            onClick={() => {
              roll.current?.zoom(1 / 1.5);
            }}
          >
            −
          </button>
          <button
            type="button"
            className="stage-button"
            aria-label={texts.stage.zoomIn}
            onClick={() => {
              roll.current?.zoom(1.5);
            }}
          >
            +
          </button>
          <button
            type="button"
            className="stage-button"
            onClick={() => {
              roll.current?.fitAll();
            }}
          >
            {texts.stage.fit}
          </button>
        </span>
        <button
          type="button"
          className="stage-button"
          aria-pressed={hasTable}
          onClick={() => {
            setTable(!hasTable);
          }}
        >
          {texts.stage.notes}
        </button>
        <span className="stage-gap" />
        {props.views !== undefined && <Views views={props.views} view={props.view} onView={props.onView} />}
        {props.actions}
      </div>
      {error !== undefined && (
        <p className="stage-error" role="alert">
          {error}
        </p>
      )}
      <div className="stage-lanes">
        {isCovered ? (
          <p className="stage-note">{texts.stage.covered}</p>
        ) : (
          <Tracks
            tracks={played.tracks}
            mixing={mixing}
            colorOf={replay === undefined ? trackColor : replayColor}
            activeTrack={track}
            isEditable={isEditable}
            onMixing={changeMixing}
            onProgram={isEditable || onProgram !== undefined ? setProgram : undefined}
            onActivate={(index) => {
              setActiveTrack(index);
              setSelected(noNotes);
            }}
          />
        )}
        <Roll
          ref={roll}
          piece={onRoll}
          original={history.states[0] ?? piece}
          label={title}
          activeTrack={track}
          silentTracks={silentTracks}
          selected={selected}
          tool={tool}
          isEditable={isEditable}
          replay={replay}
          hasFades={!isReduced}
          frame={frame}
          loop={loop}
          newFrom={props.newFrom}
          onSelect={(notes, of) => {
            setSelected(notes);
            setActiveTrack(of);
          }}
          onFrame={(next) => {
            setFrame(next);
            onRegion?.(next === undefined ? undefined : regionOf(piece, next));
          }}
          onEdited={apply}
          onSeek={seek}
          onHear={hear}
          onSay={setSaid}
        />
      </div>
      <p className="stage-said" aria-live="polite">
        {said}
      </p>
      {replay !== undefined && (
        <Suspense fallback={null}>
          <ReplayBar
            key={[lastPass, leastProbability].join()}
            replay={replay}
            passes={passes}
            filter={filterOfPasses}
            onFilter={setFilter}
            onPosition={() => {
              roll.current?.redraw();
              moment.follow();
            }}
          />
        </Suspense>
      )}
      {hasTable && !isCovered && <NoteTable piece={played} tracks={isEditable ? [track] : [...played.tracks.keys()]} />}
      {props.keyboard === true && (
        <Keyboard
          lit={props.lit}
          onPress={(pitch) => {
            player.noteOn({ pitch, velocity: keyVelocity, program: piece.tracks[track]?.program ?? 0 });
            onNote?.({ pitch, velocity: keyVelocity }, true);
          }}
          onRelease={(pitch) => {
            player.noteOff(pitch);
            onNote?.({ pitch, velocity: keyVelocity }, false);
          }}
        />
      )}
      {props.children}
    </section>
  );
}

/** The buttons of the views. On a phone they are a row that scrolls, so the pressed one is brought into view. */
function Views(props: {
  readonly views: readonly StageView[];
  readonly view: string | undefined;
  readonly onView: ((id: string) => void) | undefined;
}) {
  const { views, view, onView } = props;
  const group = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const row = group.current;
    const pressed = row?.querySelector("[aria-pressed=true]");
    if (row === null || !(pressed instanceof HTMLElement)) return;
    const place = pressed.getBoundingClientRect();
    const frame = row.getBoundingClientRect();
    if (place.left < frame.left || place.right > frame.right) {
      row.scrollLeft += place.left - frame.left - (frame.width - place.width) / 2;
    }
  }, [view]);
  return (
    <span ref={group} className="stage-group" role="group" aria-label={texts.stage.views}>
      {views.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          className="stage-button"
          aria-pressed={view === id}
          onClick={() => {
            onView?.(id);
          }}
        >
          {label}
        </button>
      ))}
    </span>
  );
}
