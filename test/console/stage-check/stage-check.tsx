/** The stage alone on a page, with handles for the tests: what is drawn, heard and edited. */
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import type { Piece } from "../../../console/src/piece/piece";
import { usePlayer } from "../../../console/src/sound/player";
import { type EditEvent, Replay } from "../../../console/src/stage/replay";
import { RollPainter } from "../../../console/src/stage/roll-painter";
import { fitted } from "../../../console/src/stage/roll-view";
import { SmallRoll } from "../../../console/src/stage/small-roll";
import { Stage } from "../../../console/src/stage/stage";
import { randomEdits, randomPiece, twinkle } from "./pieces";

const rms = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((one, other) => one - other)[Math.floor(share * (values.length - 1))] ?? 0;

let edited: Piece = twinkle;
const player = usePlayer();

async function heard(): Promise<number> {
  const { analyser } = player;
  if (analyser === undefined) return 0;
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return rms(samples);
}

async function rendered(silent: readonly number[]) {
  const mixes = twinkle.tracks.map((_, index) => ({ muted: silent.includes(index), gain: 1 }));
  const { renderPiece } = await import("../../../console/src/sound/audio-file");
  const buffer = await renderPiece(twinkle, mixes);
  const samples = buffer.getChannelData(0);
  const peak = [0, 1]
    .flatMap((channel) => [...buffer.getChannelData(channel)])
    .reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  return { rms: rms(samples), peak, seconds: buffer.duration, sampleRate: buffer.sampleRate };
}

async function wavHead(): Promise<string> {
  const { renderWav } = await import("../../../console/src/sound/audio-file");
  return await (await renderWav(twinkle)).slice(0, 4).text();
}

async function mp3Head(): Promise<number[]> {
  const { renderMp3 } = await import("../../../console/src/sound/mp3-file");
  return [...new Uint8Array(await (await renderMp3(twinkle)).slice(0, 3).arrayBuffer())];
}

/** Draws a long piece many times, and a replay of as many edits as a piece can have. */
function drawing() {
  const canvas = document.createElement("canvas");
  const painter = new RollPainter(canvas);
  painter.resize({ width: 1280, height: 560 }, 1);
  const piece = randomPiece();
  const edits: readonly EditEvent[] = randomEdits(25_600);
  const replay = new Replay({ steps: 64 * 16, edits, input: [] });
  const begun = fitted(piece, painter.size);
  const whole = fitted(piece, painter.size, piece.bars);
  const times = (count: number, draw: (share: number) => void): number[] =>
    Array.from({ length: count }, (_, index) => {
      draw(index / count);
      return painter.lastDrawing;
    });
  const silentTracks = new Set<number>();
  const scroll = times(120, (share) => {
    painter.draw({ piece, silentTracks, view: { ...begun, left: share * 50 * 1920 } });
  });
  const scrub = times(100, (share) => {
    replay.seek(((share * 7919) % 1) * edits.length);
    painter.draw({ piece, silentTracks, view: whole, replay, hasFades: true });
  });
  return {
    notes: piece.tracks.reduce((sum, { notes }) => sum + notes.length, 0),
    scroll: quantile(scroll, 0.95),
    scrub: quantile(scrub, 0.95),
  };
}

/** Puts another piece in the place of the one that plays, as an edit or a comparison does. */
async function replaced(): Promise<{ readonly before: number; readonly after: number }> {
  const { piece } = player.state.getState();
  if (piece === undefined) throw new Error("No piece is loaded.");
  const before = player.position;
  player.load({ ...piece, tracks: piece.tracks.slice(0, 3) }, { isEdit: true });
  return { before, after: player.position };
}

const checks = {
  replaced,
  heard,
  rendered,
  wavHead,
  mp3Head,
  drawing,
  position: () => player.position,
  piece: () => edited,
};
export type StageChecks = typeof checks;
Object.assign(globalThis, { stageChecks: checks });

function Page() {
  const [piece, setPiece] = useState(twinkle);
  const hasEdits = location.search === "?edits";
  return (
    <>
      <Stage
        piece={piece}
        title="Twinkle"
        keyboard
        {...(hasEdits ? { edits: randomEdits(900) } : {})}
        onEdit={(next) => {
          edited = next;
          setPiece(next);
        }}
      />
      <SmallRoll piece={twinkle} title="Small" />
    </>
  );
}

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no element with the id root.");
createRoot(root).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
