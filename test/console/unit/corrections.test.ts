import fc from "fast-check";
import { ProblemError } from "../../../console/src/api/problem-error";
import type { Piece } from "../../../console/src/piece/piece";
import { readPiece } from "../../../console/src/piece/read-piece";
import { isSamePiece } from "../../../console/src/piece/same-piece";
import { writePiece } from "../../../console/src/piece/write-piece";
import { beginHistory, currentPiece, push, showing, undo } from "../../../console/src/stage/history";
import {
  afterKeeping,
  type Corrections,
  hasEdits,
  keepCorrection,
  type KeepingResult,
  type PieceVersion,
  withCorrection,
} from "../../../console/src/studio/corrections";

const pieceOf = (...pitches: readonly number[]): Piece => ({
  tempo: 120,
  ticksPerBeat: 480,
  beatsPerBar: 4,
  bars: 4,
  tracks: [
    {
      name: "Melody",
      program: 0,
      isDrums: false,
      notes: pitches.map((pitch, index) => ({ start: index * 480, duration: 240, pitch, velocity: 80 })),
    },
  ],
});
const began = pieceOf(60, 62);
const mine = pieceOf(60, 62, 64);
const theirs = pieceOf(60);
const none: Corrections = new Map();

/** A piece as the API has it. Each change makes a new version. */
class KeptPiece {
  sent: Piece[] = [];

  constructor(
    private readonly piece: Piece,
    private readonly etag: string,
  ) {}

  readonly keep = async (base: PieceVersion, piece: Piece): Promise<KeepingResult<string>> =>
    await keepCorrection({
      correction: { base, piece },
      send: async (etag) => {
        await Promise.resolve();
        if (etag !== this.etag) throw refused("VERSION_MISMATCH", 412);
        this.sent.push(piece);
        return `after ${etag}`;
      },
      // What is read from a file is never the object that was written.
      read: async () => {
        await Promise.resolve();
        return { kept: this.etag, etag: this.etag, piece: structuredClone(this.piece) };
      },
    });
}
const refused = (code: "VERSION_MISMATCH" | "CORRECTION_NOT_APPLICABLE", status: number): ProblemError =>
  new ProblemError({ type: "about:blank", title: "No", status, detail: "No.", instance: "/", code, requestId: "r" });

describe("keeping a correction", () => {
  test("names the version that it was made from", async () => {
    const api = new KeptPiece(began, "1");
    expect(await api.keep({ piece: began, etag: "1" }, mine)).toEqual({ kept: "after 1" });
    expect(api.sent).toEqual([mine]);
  });

  test.each(["1", undefined])(
    "goes on where only other things than the notes have changed since version %p",
    async (etag) => {
      const api = new KeptPiece(began, "2");
      expect(await api.keep({ piece: began, etag }, mine)).toEqual({ kept: "after 2" });
    },
  );

  test("tells what others have kept instead of putting itself in its place", async () => {
    const api = new KeptPiece(theirs, "2");
    const result = await api.keep({ piece: began, etag: "1" }, mine);
    expect(result).toEqual({ other: { piece: theirs, etag: "2" } });
    expect(api.sent).toEqual([]);
    // "Keep mine" is a correction of what the others have kept.
    expect(await api.keep({ piece: theirs, etag: "2" }, mine)).toEqual({ kept: "after 2" });
  });

  test("is done where the first answer was lost", async () => {
    const api = new KeptPiece(mine, "2");
    expect(await api.keep({ piece: began, etag: "1" }, mine)).toEqual({ kept: "2" });
    expect(api.sent).toEqual([]);
  });

  test("passes other refusals on", async () => {
    const refusal = refused("CORRECTION_NOT_APPLICABLE", 422);
    const keeping = keepCorrection({
      correction: { base: { piece: began, etag: "1" }, piece: mine },
      send: async () => await Promise.reject(refusal),
      read: async () => await Promise.reject(new Error("Nothing is read.")),
    });
    await expect(keeping).rejects.toBe(refusal);
  });
});

describe("after a correction was kept", () => {
  const base = { piece: began, etag: "1" };
  const kept = { piece: mine, etag: "2" };

  test("nothing is left of it", () => {
    expect(afterKeeping(withCorrection(none, "a", { base, piece: mine }), "a", kept)).toEqual(none);
  });

  test("what was edited on its way is a correction of what was kept", () => {
    const later = { base, piece: theirs, other: base };
    const left = afterKeeping(withCorrection(none, "a", later), "a", kept);
    expect(left).toEqual(new Map([["a", { base: kept, piece: theirs }]]));
  });

  test("what was dropped on its way does not come back, nor do other pieces' corrections go", () => {
    const others = withCorrection(none, "b", { base, piece: mine });
    expect(afterKeeping(others, "a", kept)).toBe(others);
  });
});

describe("the same piece", () => {
  const notes = fc.uniqueArray(fc.integer({ min: 0, max: 127 }), { minLength: 1, maxLength: 16 });

  test("is what is read back from its file", () => {
    fc.assert(
      fc.property(notes, (pitches) => {
        const piece = pieceOf(...pitches);
        expect(isSamePiece(readPiece(writePiece(piece).buffer), piece)).toBe(true);
      }),
    );
  });

  test.each<[string, Piece]>([
    ["a note", mine],
    ["the tempo", { ...began, tempo: 90 }],
    ["an instrument", { ...began, tracks: began.tracks.map((track) => ({ ...track, program: 40 })) }],
    ["a track", { ...began, tracks: [...began.tracks, ...began.tracks] }],
  ])("is another one with %s changed", (_, other) => {
    expect(hasEdits({ base: { piece: began, etag: "1" }, piece: other })).toBe(true);
  });

  test("given back to the stage leaves what can be undone", () => {
    const edited = push(beginHistory(began), mine);
    const same = showing(edited, structuredClone(mine));
    expect(currentPiece(undo(same))).toBe(began);
  });
});
