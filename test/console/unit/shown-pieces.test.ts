import type { Piece } from "../../../console/src/piece/piece";
import { ShownPieces } from "../../../console/src/sound/shown-pieces";

const piece: Piece = { tempo: 100, ticksPerBeat: 480, beatsPerBar: 4, bars: 1, tracks: [] };
const other: Piece = { ...piece };

describe("a piece that something shows", () => {
  const gone: Piece[] = [];
  const shown = new ShownPieces((one) => gone.push(one));
  const nextTurn = async (): Promise<void> => {
    await Promise.resolve();
  };
  beforeEach(() => {
    gone.length = 0;
  });

  test("is gone once, when the last that shows it has gone", async () => {
    const [hide, hideAgain] = [shown.show(piece), shown.show(piece)];
    const hideOther = shown.show(other);
    hide();
    hide();
    await nextTurn();
    expect(gone).toEqual([]);
    hideAgain();
    await nextTurn();
    expect(gone.map((one) => one === piece)).toEqual([true]);
    hideOther();
    await nextTurn();
    expect(gone.map((one) => one === piece)).toEqual([true, false]);
  });

  test("is not gone where another takes its place in the same turn", async () => {
    shown.show(piece)();
    const hide = shown.show(piece);
    await nextTurn();
    expect(gone).toEqual([]);
    hide();
    hide();
    await nextTurn();
    expect(gone).toHaveLength(1);
  });
});
