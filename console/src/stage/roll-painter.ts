/**
 * Draws the piano roll: a grid that is drawn anew only when the view changes, the notes in view, the edits, the
 * playhead. It knows nothing of React; whoever has a canvas sets what is shown and calls `draw`.
 */
import { barTicks, countedBeatTicks, type Piece, type PieceNote, stepTicks } from "../piece/piece";
import { stageColors, trackColors } from "../theme/palette";
import { drumName } from "./drum-names";
import type { Frame } from "./edit-piece";
import { isBlackKey } from "./pitch-names";
import { cellStates, freshEdits, type Replay } from "./replay";
import { keysWidth, type RollSize, type RollView, rulerHeight, xOf, yOf } from "./roll-view";

const font = (size: number): string => `600 ${size}px 'Inter Variable', sans-serif`;
const playheadColor = "#F4F1E8";
const whiteKeyColor = "#E9E4D6";
const blackKeyColor = "#20263F";
const keyTextColor = "#39435F";
/** From this track on, colors are told apart by hatching, too. */
const firstHatchedTrack = 4;

/** Returns the color of a track. */
export const trackColor = (track: number): string => trackColors[track % trackColors.length] ?? trackColors[0];

/** Returns the letter of a track: its name's first one. */
export const trackLetter = (name: string, track: number): string =>
  /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? String(track + 1);

export interface RollPicture {
  readonly piece: Piece;
  readonly view: RollView;
  /** Tracks that are not heard are pale. */
  readonly silentTracks: ReadonlySet<number>;
  /** The track that is edited; the others are paler. */
  readonly activeTrack?: number | undefined;
  readonly selected?: ReadonlySet<PieceNote> | undefined;
  readonly replay?: Replay | undefined;
  /** True if changes of the replay fade. */
  readonly hasFades?: boolean | undefined;
  readonly frame?: Frame | undefined;
  readonly loop?: { readonly from: number; readonly to: number } | undefined;
  /** Where the new music of a piece that goes on begins. */
  readonly newFrom?: number | undefined;
  /** The place of the keyboard's cursor. */
  readonly cursor?: { readonly tick: number; readonly pitch: number } | undefined;
  /** True if the roll has neither ruler nor keys. */
  readonly isSmall?: boolean | undefined;
}

export class RollPainter {
  private readonly context: CanvasRenderingContext2D;
  /** One canvas for all views: making one in each frame of a scroll costs 15 ms more. */
  private readonly grid = document.createElement("canvas");
  private readonly gridContext: CanvasRenderingContext2D;
  private gridKey = "";
  private ratio = 1;
  size: RollSize = { width: 0, height: 0 };
  playhead: number | undefined;
  /** Milliseconds that the last drawing took. */
  lastDrawing = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false });
    const gridContext = this.grid.getContext("2d", { alpha: false });
    if (context === null || gridContext === null) throw new Error("This browser gives no canvas to draw on.");
    this.context = context;
    this.gridContext = gridContext;
  }

  resize(size: RollSize, ratio: number): void {
    this.size = size;
    this.ratio = ratio;
    for (const canvas of [this.canvas, this.grid]) {
      canvas.width = Math.max(1, Math.round(size.width * ratio));
      canvas.height = Math.max(1, Math.round(size.height * ratio));
    }
    this.gridKey = "";
  }

  draw(picture: RollPicture): void {
    const begin = performance.now();
    const { context, size } = this;
    const { piece, view, replay } = picture;
    this.drawGrid(picture);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.grid, 0, 0);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.save();
    context.beginPath();
    const isSmall = picture.isSmall === true;
    context.rect(isSmall ? 0 : keysWidth, isSmall ? 0 : rulerHeight, size.width, size.height);
    context.clip();
    if (picture.loop !== undefined) {
      context.fillStyle = "rgba(143,168,255,.10)";
      const x = xOf(view, picture.loop.from);
      context.fillRect(x, 0, xOf(view, picture.loop.to) - x, size.height);
    }
    if (replay === undefined) {
      this.drawDrumRows(picture);
      this.drawNotes(picture);
      if (!isSmall) this.drawDrumNames(picture);
    } else {
      this.drawCells(replay, piece, view);
      if (picture.hasFades === true) this.drawFreshEdits(replay, piece, view);
    }
    if (picture.newFrom !== undefined) {
      context.fillStyle = stageColors.added;
      context.fillRect(Math.round(xOf(view, picture.newFrom)) - 1, 0, 2, size.height);
    }
    if (picture.frame !== undefined) this.drawFrame(picture.frame, view);
    if (picture.cursor !== undefined) this.drawCursor(picture.cursor, piece, view);
    if (this.playhead !== undefined) this.drawPlayhead(this.playhead, picture);
    context.restore();
    this.lastDrawing = performance.now() - begin;
  }

  private drawGrid({ piece, view, isSmall = false }: RollPicture): void {
    const { gridContext: c, size } = this;
    const beat = countedBeatTicks(piece);
    const bar = barTicks(piece);
    const key = [view.left, view.pixelsPerTick, view.lowest, view.rowHeight, beat, bar, isSmall].join();
    if (key === this.gridKey) return;
    this.gridKey = key;
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.fillStyle = stageColors.ground;
    c.fillRect(0, 0, size.width, size.height);
    const rows = Math.ceil(size.height / view.rowHeight) + 1;
    for (let pitch = view.lowest; pitch < view.lowest + rows; pitch += 1) {
      const y = yOf(view, size, pitch);
      if (isBlackKey(pitch)) {
        c.fillStyle = stageColors.blackKeyRow;
        c.fillRect(0, y, size.width, view.rowHeight);
      }
      if (pitch % 12 === 0) {
        c.fillStyle = stageColors.octaveLine;
        c.fillRect(0, y + view.rowHeight - 1, size.width, 1);
      }
    }
    const last = view.left + size.width / view.pixelsPerTick;
    // Beats that would stand closer than 8 pixels are not drawn, and of the numbers of bars only some.
    const line = beat * view.pixelsPerTick < 8 ? bar : beat;
    const numbered = Math.max(1, 2 ** Math.ceil(Math.log2(28 / (bar * view.pixelsPerTick))));
    c.font = font(11);
    for (let tick = Math.max(0, Math.floor(view.left / line) * line); tick <= last; tick += line) {
      const isBar = tick % bar === 0;
      const x = Math.round(xOf(view, tick));
      c.fillStyle = isBar ? stageColors.barLine : stageColors.beatLine;
      c.fillRect(x, isBar || isSmall ? 0 : rulerHeight, 1, size.height);
      if (isSmall || !isBar || (tick / bar) % numbered !== 0) continue;
      c.fillStyle = stageColors.text;
      c.fillText(String(tick / bar + 1), x + 6, 16);
    }
    if (!isSmall) this.drawKeys(view, rows);
  }

  private drawKeys(view: RollView, rows: number): void {
    const { gridContext: c, size } = this;
    c.fillStyle = stageColors.frame;
    c.fillRect(0, 0, keysWidth, size.height);
    for (let pitch = view.lowest; pitch < view.lowest + rows; pitch += 1) {
      const y = yOf(view, size, pitch);
      const isBlack = isBlackKey(pitch);
      c.fillStyle = isBlack ? blackKeyColor : whiteKeyColor;
      c.fillRect(0, y + 0.5, isBlack ? keysWidth * 0.62 : keysWidth - 4, view.rowHeight - 1);
      if (pitch % 12 !== 0) continue;
      c.fillStyle = keyTextColor;
      c.font = font(9);
      c.fillText(`C${pitch / 12 - 1}`, keysWidth - 22, y + view.rowHeight - 2);
    }
    c.fillStyle = stageColors.frame;
    c.fillRect(0, 0, keysWidth, rulerHeight);
  }

  private noteBox({ start, duration, pitch }: PieceNote, view: RollView): readonly [number, number, number, number] {
    const height = Math.max(2, view.rowHeight - 1.5);
    return [
      xOf(view, start) + 0.5,
      yOf(view, this.size, pitch) + 0.75,
      Math.max(2, duration * view.pixelsPerTick - 1.5),
      height,
    ];
  }

  private drawNotes({ piece, view, silentTracks, activeTrack, selected, isSmall = false }: RollPicture): void {
    const { context: c, size } = this;
    const last = view.left + size.width / view.pixelsPerTick;
    const radius = Math.min(4, view.rowHeight / 2);
    const order = [...piece.tracks.keys()].sort(
      (one, other) => Number(one === activeTrack) - Number(other === activeTrack),
    );
    for (const index of order) {
      const { name = "", isDrums = false, notes = [] } = piece.tracks[index] ?? {};
      // A small roll has no keys over its left edge, so its first tick lies before `left`.
      const first = isSmall ? 0 : view.left;
      const inView = notes.filter(({ start, duration }) => start + duration >= first && start <= last);
      const isPale = activeTrack !== undefined && activeTrack !== index;
      c.globalAlpha = silentTracks.has(index) ? 0.18 : isPale ? 0.55 : 1;
      c.fillStyle = trackColor(index);
      c.beginPath();
      for (const note of inView) {
        if (isDrums) this.hit(note, view);
        else c.roundRect(...this.noteBox(note, view), radius);
      }
      c.fill();
      // A drum's name stands at its row, and its shape is none of another track's.
      if (isDrums) continue;
      if (index >= firstHatchedTrack) this.hatch(inView, view);
      if (!isSmall && view.rowHeight >= 9) this.drawLetters(inView, trackLetter(name, index), piece, view);
    }
    c.globalAlpha = 1;
    if (selected === undefined || selected.size === 0) return;
    c.strokeStyle = "#FFFFFF";
    c.lineWidth = 2;
    c.beginPath();
    for (const note of selected) c.roundRect(...this.noteBox(note, view), radius);
    c.stroke();
  }

  /** A stroke on a drum: a diamond at its beginning, because how long it lasts says nothing. */
  private hit(note: PieceNote, view: RollView): void {
    const { context: c } = this;
    const [x, y, , height] = this.noteBox(note, view);
    const half = Math.max(2, Math.min(height, 14) / 2);
    const middle = y + height / 2;
    c.moveTo(x, middle);
    c.lineTo(x + half, middle - half);
    c.lineTo(x + 2 * half, middle);
    c.lineTo(x + half, middle + half);
    c.closePath();
  }

  /** The pitches on which drums are struck, each with the color of its track. */
  private drumRows({ tracks }: Piece): ReadonlyMap<number, string> {
    const drums = [...tracks.entries()].filter(([, { isDrums }]) => isDrums);
    return new Map(drums.flatMap(([index, { notes }]) => notes.map(({ pitch }) => [pitch, trackColor(index)])));
  }

  /** A row with drums has a tint of its own. */
  private drawDrumRows({ piece, view }: RollPicture): void {
    const { context: c, size } = this;
    c.globalAlpha = 0.09;
    for (const [pitch, color] of this.drumRows(piece)) {
      c.fillStyle = color;
      c.fillRect(0, yOf(view, size, pitch), size.width, view.rowHeight);
    }
    c.globalAlpha = 1;
  }

  /** The names of the drums at the left edge, where they stay while the piece is scrolled. */
  private drawDrumNames({ piece, view }: RollPicture): void {
    const { context: c, size } = this;
    const height = Math.min(11, view.rowHeight);
    if (height < 7) return;
    c.font = font(height - 1);
    for (const [pitch, color] of this.drumRows(piece)) {
      const name = drumName(pitch);
      const y = yOf(view, size, pitch);
      c.globalAlpha = 0.85;
      c.fillStyle = stageColors.ground;
      c.fillRect(keysWidth, y, c.measureText(name).width + 8, view.rowHeight);
      c.globalAlpha = 1;
      c.fillStyle = color;
      c.fillText(name, keysWidth + 4, y + (view.rowHeight + height - 3) / 2);
    }
  }

  /** Lines across the notes, so that color is not all that tells a track. */
  private hatch(notes: readonly PieceNote[], view: RollView): void {
    const { context: c } = this;
    c.strokeStyle = stageColors.ground;
    c.lineWidth = 1;
    c.beginPath();
    for (const note of notes) {
      const [x, y, width, height] = this.noteBox(note, view);
      for (let at = x + 4; at < x + width; at += 6) {
        c.moveTo(at, y);
        c.lineTo(at - 3, y + height);
      }
    }
    c.stroke();
  }

  /** The track's letter on the first note after a rest of a beat. */
  private drawLetters(notes: readonly PieceNote[], letter: string, piece: Piece, view: RollView): void {
    const { context: c } = this;
    c.fillStyle = stageColors.ground;
    c.font = font(Math.min(11, view.rowHeight - 1));
    let end = -Infinity;
    for (const note of notes) {
      const [x, y, width, height] = this.noteBox(note, view);
      if (note.start - end >= piece.ticksPerBeat && width >= 12) c.fillText(letter, x + 3, y + height - 1.5);
      end = Math.max(end, note.start + note.duration);
    }
  }

  /** The cells that sound: neighbors on one pitch are one bar. */
  private drawCells(replay: Replay, piece: Piece, view: RollView): void {
    const { context: c, size } = this;
    const step = stepTicks(piece);
    const from = Math.max(0, Math.floor(view.left / step));
    const to = Math.min(replay.steps, Math.ceil((view.left + size.width / view.pixelsPerTick) / step) + 1);
    const height = Math.max(2, view.rowHeight - 1.5);
    const highest = Math.min(127, Math.ceil(view.lowest + size.height / view.rowHeight));
    for (const [state, color] of [
      [cellStates.input, trackColors[0]],
      [cellStates.added, stageColors.added],
    ] as const) {
      c.fillStyle = color;
      c.beginPath();
      for (let pitch = Math.max(0, view.lowest); pitch <= highest; pitch += 1) {
        const y = yOf(view, size, pitch) + 0.75;
        let run = -1;
        for (let at = from; at <= to; at += 1) {
          const sounds = at < to && replay.cells[at * 128 + pitch] === state;
          if (sounds && run < 0) run = at;
          else if (!sounds && run >= 0) {
            c.rect(xOf(view, run * step) + 0.5, y, (at - run) * step * view.pixelsPerTick - 1.5, height);
            run = -1;
          }
        }
      }
      c.fill();
    }
  }

  private drawFreshEdits(replay: Replay, piece: Piece, view: RollView): void {
    const { context: c, size } = this;
    const step = stepTicks(piece);
    const width = Math.max(1.5, step * view.pixelsPerTick - 1.5);
    const height = Math.max(2, view.rowHeight - 1.5);
    c.lineWidth = 1.5;
    c.fillStyle = stageColors.justAdded;
    c.strokeStyle = stageColors.justRemoved;
    for (let index = Math.max(0, replay.position - freshEdits); index < replay.position; index += 1) {
      const edit = replay.edits[index];
      if (edit === undefined) continue;
      const x = xOf(view, edit.step * step);
      if (x + width < 0 || x > size.width) continue;
      const y = yOf(view, size, edit.pitch);
      c.globalAlpha = 1 - (replay.position - index) / freshEdits;
      if (edit.kind === "add") c.fillRect(x + 0.5, y + 0.75, width, height);
      else c.strokeRect(x + 1, y + 1.5, Math.max(1, width - 1), Math.max(1, height - 1.5));
    }
    c.globalAlpha = 1;
  }

  private drawFrame({ fromTick, toTick, fromPitch, toPitch }: Frame, view: RollView): void {
    const { context: c, size } = this;
    const x = xOf(view, Math.min(fromTick, toTick));
    const y = yOf(view, size, Math.max(fromPitch, toPitch));
    const width = Math.abs(toTick - fromTick) * view.pixelsPerTick;
    const height = (Math.abs(toPitch - fromPitch) + 1) * view.rowHeight;
    c.fillStyle = "rgba(143,168,255,.14)";
    c.fillRect(x, y, width, height);
    c.strokeStyle = "#8FA8FF";
    c.lineWidth = 1.5;
    c.setLineDash([5, 4]);
    c.strokeRect(x, y, width, height);
    c.setLineDash([]);
  }

  private drawCursor(
    { tick, pitch }: { readonly tick: number; readonly pitch: number },
    piece: Piece,
    view: RollView,
  ): void {
    const { context: c, size } = this;
    c.strokeStyle = stageColors.justAdded;
    c.lineWidth = 2;
    c.strokeRect(
      xOf(view, tick),
      yOf(view, size, pitch),
      Math.max(6, stepTicks(piece) * view.pixelsPerTick),
      view.rowHeight,
    );
  }

  private drawPlayhead(tick: number, { piece, view, silentTracks, replay }: RollPicture): void {
    const { context: c, size } = this;
    const x = xOf(view, tick);
    if (replay === undefined) {
      c.fillStyle = "#FFFFFF";
      c.globalAlpha = 0.55;
      for (const [index, { notes }] of piece.tracks.entries()) {
        if (silentTracks.has(index)) continue;
        for (const note of notes) {
          if (note.start > tick) break;
          if (tick < note.start + note.duration) c.fillRect(...this.noteBox(note, view));
        }
      }
      c.globalAlpha = 1;
    }
    const glow = c.createLinearGradient(x - 60, 0, x, 0);
    glow.addColorStop(0, "rgba(244,241,232,0)");
    glow.addColorStop(1, "rgba(244,241,232,.16)");
    c.fillStyle = glow;
    c.fillRect(x - 60, 0, 60, size.height);
    c.fillStyle = playheadColor;
    c.fillRect(x, 0, 1.5, size.height);
  }
}
