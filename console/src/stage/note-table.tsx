/** The notes of a track as a table, for those who read better than they see a picture. */
import { type Piece, stepTicks } from "../piece/piece";
import { texts } from "../texts/en";
import { pitchName } from "./pitch-names";
import { placeName } from "./roll-keys";

export interface NoteTableProps {
  readonly piece: Piece;
  readonly track: number;
}

export function NoteTable({ piece, track }: NoteTableProps) {
  const { name = "", notes = [] } = piece.tracks[track] ?? {};
  return (
    <div className="note-table" role="region" aria-label={texts.notes.caption(name)} tabIndex={0}>
      <table>
        <caption>{texts.notes.caption(name)}</caption>
        <thead>
          <tr>
            {[texts.notes.place, texts.notes.pitch, texts.notes.length, texts.notes.velocity].map((heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {notes.map((note, index) => (
            <tr key={index}>
              <td>{placeName(piece, note.start)}</td>
              <td>{pitchName(note.pitch)}</td>
              <td>{Math.round((note.duration / stepTicks(piece)) * 10) / 10}</td>
              <td>{note.velocity}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
