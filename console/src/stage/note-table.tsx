/** The notes of tracks as a table, for those who read better than they see a picture. */
import { type Piece, stepTicks } from "../piece/piece";
import { texts } from "../texts/en";
import { soundName } from "./pitch-names";
import { placeName } from "./roll-keys";

export interface NoteTableProps {
  readonly piece: Piece;
  /** The numbers of the tracks whose notes are told. */
  readonly tracks: readonly number[];
}

const headings = [texts.notes.place, texts.notes.pitch, texts.notes.length, texts.notes.velocity] as const;

export function NoteTable({ piece, tracks }: NoteTableProps) {
  const told = tracks.flatMap((index) => piece.tracks[index] ?? []);
  const caption = texts.notes.caption(told.map(({ name }) => name).join(", "));
  return (
    <div className="note-table" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {headings.map((heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        {told.map(({ name, isDrums, notes }, place) => (
          <tbody key={place}>
            {told.length > 1 && (
              <tr>
                <th colSpan={headings.length} scope="rowgroup">
                  {name}
                </th>
              </tr>
            )}
            {notes.map((note, index) => (
              <tr key={index}>
                <td>{placeName(piece, note.start)}</td>
                <td>{soundName({ isDrums }, note.pitch)}</td>
                <td>{Math.round((note.duration / stepTicks(piece)) * 10) / 10}</td>
                <td>{note.velocity}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
