/** The piano roll as a control: it is drawn on a canvas, and edited by pointer or by keyboard alone. */
import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { barTicks, countedBeatTicks, noteCount, type Piece, type PieceNote, stepTicks } from "../piece/piece";
import { texts } from "../texts/en";
import { addNote, type Edited, type Frame, moveNotes, notesIn, stretchNotes, usualVelocity } from "./edit-piece";
import type { Replay } from "./replay";
import { type Cursor, strikeKey } from "./roll-keys";
import { RollPainter, type RollPicture } from "./roll-painter";
import {
  fitted,
  keysWidth,
  opened,
  pitchAt,
  revealing,
  type RollView,
  rulerHeight,
  scrolledTo,
  tickAt,
  xOf,
  yOf,
  zoomed,
} from "./roll-view";
import { useElementSize } from "./use-element-size";

export type Tool = "select" | "draw";

/** What the stage asks of its roll. */
export interface RollHandle {
  zoom(factor: number): void;
  /** Shows all bars. */
  fitAll(): void;
  showPlayhead(tick: number, isPlaying: boolean): void;
  /** Draws the replay after its position has changed. */
  redraw(): void;
  /** Milliseconds that the last drawing took. */
  lastDrawing(): number;
}

export interface RollProps {
  readonly ref?: React.Ref<RollHandle>;
  readonly piece: Piece;
  /** The piece as it was before any edit: another one is shown from its beginning. */
  readonly original: Piece;
  readonly label: string;
  readonly activeTrack: number;
  readonly silentTracks: ReadonlySet<number>;
  readonly selected: ReadonlySet<PieceNote>;
  readonly tool: Tool;
  readonly isEditable: boolean;
  readonly replay?: Replay | undefined;
  readonly hasFades: boolean;
  readonly frame?: Frame | undefined;
  /** Where the new music of a piece that goes on begins: the roll opens there and marks it. */
  readonly newFrom?: number | undefined;
  readonly loop?: { readonly from: number; readonly to: number } | undefined;
  readonly onSelect: (notes: ReadonlySet<PieceNote>, track: number) => void;
  readonly onFrame: (frame: Frame | undefined) => void;
  readonly onEdited: (edited: Edited) => void;
  readonly onSeek: (tick: number) => void;
  readonly onHear: (pitch: number) => void;
  readonly onSay: (text: string) => void;
}

/** What a pointer does until it is lifted. */
type Drag =
  | { readonly kind: "seek" }
  | { readonly kind: "frame"; readonly frame: Frame }
  | {
      readonly kind: "move" | "stretch";
      readonly tick: number;
      readonly pitch: number;
      readonly track: number;
      readonly notes: ReadonlySet<PieceNote>;
      readonly edited?: Edited;
    }
  | { readonly kind: "draw"; readonly start: number; readonly pitch: number; readonly edited: Edited };

/** Pixels at a note's right end by which it is stretched. */
const edgeWidth = 7;

interface FoundNote {
  readonly note: PieceNote;
  readonly track: number;
}

/** Returns the note at a point, of the active track before those of others. */
function findNote(piece: Piece, tick: number, pitch: number, activeTrack: number): FoundNote | undefined {
  const order = [activeTrack, ...[...piece.tracks.keys()].filter((track) => track !== activeTrack)];
  for (const track of order) {
    const note = piece.tracks[track]?.notes.find(
      ({ start, duration, pitch: at }) => at === pitch && start <= tick && tick < start + duration,
    );
    if (note !== undefined) return { note, track };
  }
  return undefined;
}

export function Roll(props: RollProps) {
  const { ref, piece, original, activeTrack, silentTracks, selected, tool, isEditable, replay, hasFades } = props;
  const { onSelect, onFrame, onEdited, onSeek, onHear, onSay } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<RollPainter>(undefined);
  const picture = useRef<RollPicture>(undefined);
  const size = useElementSize(canvas);
  const [chosenView, setChosenView] = useState<{ readonly of: Piece; readonly view: RollView }>();
  const [drag, setDrag] = useState<Drag>();
  const [cursor, setCursor] = useState<Cursor>();
  const first = opened(original, size, props.newFrom);
  const view = chosenView?.of === original ? chosenView.view : first;
  const step = stepTicks(piece);

  const show = useCallback(
    (change: (view: RollView) => RollView): void => {
      setChosenView((before) => ({
        of: original,
        view: change(before?.of === original ? before.view : opened(original, size, props.newFrom)),
      }));
    },
    [original, props.newFrom, size],
  );

  const dragged = drag !== undefined && "edited" in drag ? drag.edited : undefined;
  const frame = drag?.kind === "frame" ? drag.frame : props.frame;
  useEffect(() => {
    const { current } = canvas;
    if (current === null || size.width === 0) return;
    painter.current ??= new RollPainter(current);
    if (painter.current.size.width !== size.width || painter.current.size.height !== size.height)
      painter.current.resize(size, devicePixelRatio);
    picture.current = {
      piece: dragged?.piece ?? piece,
      view,
      silentTracks,
      activeTrack: isEditable ? activeTrack : undefined,
      selected: dragged?.changed ?? selected,
      replay,
      hasFades,
      frame,
      loop: props.loop,
      newFrom: props.newFrom,
      cursor,
    };
    painter.current.draw(picture.current);
  });

  useImperativeHandle(
    ref,
    () => ({
      zoom: (factor) => {
        show((before) => zoomed(before, piece, size, factor));
      },
      fitAll: () => {
        show(() => fitted(piece, size, piece.bars));
      },
      showPlayhead: (tick, isPlaying) => {
        if (painter.current === undefined || picture.current === undefined) return;
        painter.current.playhead = tick;
        const shown = picture.current.view;
        if (isPlaying && revealing(shown, piece, size, tick) !== shown)
          show((before) => revealing(before, piece, size, tick));
        painter.current.draw(picture.current);
      },
      redraw: () => {
        if (picture.current !== undefined) painter.current?.draw(picture.current);
      },
      lastDrawing: () => painter.current?.lastDrawing ?? 0,
    }),
    [piece, show, size],
  );

  // React's wheel listeners are passive, so that they could not keep the page from scrolling.
  useEffect(() => {
    const { current } = canvas;
    if (current === null) return undefined;
    const turn = (event: WheelEvent): void => {
      const sideways = event.shiftKey ? event.deltaX + event.deltaY : event.deltaX;
      if (!event.ctrlKey && sideways === 0) return;
      event.preventDefault();
      if (event.ctrlKey) show((before) => zoomed(before, piece, size, Math.exp(-event.deltaY / 300), event.offsetX));
      else show((before) => scrolledTo(before, piece, size, before.left + sideways / before.pixelsPerTick));
    };
    current.addEventListener("wheel", turn, { passive: false });
    return () => {
      current.removeEventListener("wheel", turn);
    };
  }, [piece, show, size]);

  const placeOf = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const pitch = Math.max(0, Math.min(127, pitchAt(view, size, y)));
    return { x, y, tick: Math.max(0, tickAt(view, x)), pitch };
  };

  const begin = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.button !== 0) return;
    const { x, y, tick, pitch } = placeOf(event);
    event.currentTarget.setPointerCapture(event.pointerId);
    if (y < rulerHeight) {
      onSeek(tick);
      setDrag({ kind: "seek" });
      return;
    }
    if (x < keysWidth) {
      onHear(pitch);
      return;
    }
    const found = replay === undefined ? findNote(piece, tick, pitch, activeTrack) : undefined;
    if (isEditable && found !== undefined) {
      const { note, track } = found;
      const isAdding = event.shiftKey && track === activeTrack;
      const notes = isAdding ? new Set([...selected, note]) : selected.has(note) ? selected : new Set([note]);
      onSelect(notes, track);
      onHear(note.pitch);
      const isAtEdge = xOf(view, note.start + note.duration) - x < edgeWidth;
      setDrag({ kind: isAtEdge ? "stretch" : "move", tick, pitch, track, notes });
    } else if (isEditable && tool === "draw" && replay === undefined) {
      const start = Math.floor(tick / step) * step;
      const edited = addNote(piece, activeTrack, { start, duration: step, pitch, velocity: usualVelocity });
      onHear(pitch);
      setDrag({ kind: "draw", start, pitch, edited });
    } else {
      setDrag({ kind: "frame", frame: { fromTick: tick, toTick: tick, fromPitch: pitch, toPitch: pitch } });
    }
  };

  const drawTo = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (drag === undefined) return;
    const { tick, pitch } = placeOf(event);
    switch (drag.kind) {
      case "seek":
        onSeek(tick);
        break;
      case "frame":
        setDrag({ kind: "frame", frame: { ...drag.frame, toTick: tick, toPitch: pitch } });
        break;
      case "draw": {
        const duration = Math.max(step, Math.ceil((tick - drag.start) / step) * step);
        const note = { start: drag.start, duration, pitch: drag.pitch, velocity: usualVelocity };
        setDrag({ ...drag, edited: addNote(piece, activeTrack, note) });
        break;
      }
      case "move":
      case "stretch": {
        const ticks = Math.round((tick - drag.tick) / step) * step;
        const chosen = { track: drag.track, notes: drag.notes };
        if (ticks === 0 && (drag.kind === "stretch" || pitch === drag.pitch)) {
          const { edited: _, ...unmoved } = drag;
          setDrag(unmoved);
          break;
        }
        const edited =
          drag.kind === "stretch"
            ? stretchNotes(piece, chosen, ticks, step)
            : moveNotes(piece, chosen, { ticks, semitones: pitch - drag.pitch });
        setDrag({ ...drag, edited });
        break;
      }
    }
  };

  const end = (): void => {
    if (drag === undefined) return;
    setDrag(undefined);
    if (drag.kind === "seek") return;
    if (drag.kind !== "frame") {
      if (drag.edited !== undefined) onEdited(drag.edited);
      return;
    }
    const { fromTick, toTick } = drag.frame;
    // A click on the ground ends the frame and the selection.
    const isClick = Math.abs(toTick - fromTick) * view.pixelsPerTick < 4;
    onFrame(isClick ? undefined : drag.frame);
    onSelect(isClick ? new Set() : notesIn(piece, activeTrack, drag.frame), activeTrack);
  };

  const strike = (event: KeyboardEvent<HTMLCanvasElement>): void => {
    if (event.ctrlKey || event.metaKey || replay !== undefined) return;
    const first = piece.tracks[activeTrack]?.notes[0];
    const at = cursor ?? { tick: 0, pitch: first?.pitch ?? 60 };
    const outcome = strikeKey(event, { piece, track: activeTrack, cursor: at, selected, isEditable });
    if (outcome === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const place = outcome.cursor ?? at;
    setCursor(place);
    show((before) => revealing(before, piece, size, place.tick, place.pitch));
    if (outcome.edited !== undefined) onEdited(outcome.edited);
    else if (outcome.selected !== undefined) onSelect(outcome.selected, activeTrack);
    if (outcome.heard !== undefined) onHear(outcome.heard);
    onSay(outcome.said);
  };

  const bars = texts.roll.counts(piece.tracks.length, piece.bars, noteCount(piece));
  return (
    <canvas
      ref={canvas}
      className={tool === "draw" ? "roll roll-draw" : "roll"}
      role="application"
      aria-roledescription={texts.roll.kind}
      aria-label={`${props.label}. ${bars}. ${isEditable ? texts.roll.editKeys : texts.roll.keys}`}
      tabIndex={0}
      data-beat={countedBeatTicks(piece) * view.pixelsPerTick}
      data-bar={barTicks(piece) * view.pixelsPerTick}
      data-row={view.rowHeight}
      data-origin={[xOf(view, 0), yOf(view, size, 60)].join()}
      onPointerDown={begin}
      onPointerMove={drawTo}
      onPointerUp={end}
      onPointerCancel={() => {
        setDrag(undefined);
      }}
      onKeyDown={strike}
      onBlur={() => {
        setCursor(undefined);
      }}
    />
  );
}
