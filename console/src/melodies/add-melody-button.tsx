import Button from "@cloudscape-design/components/button";
import { useRef } from "react";
import { nameOfFile } from "../../../domain/music/name-of-file";
import { useUploadTrack } from "../api/mutations";
import { ProblemError, problemWords } from "../api/problem-error";
import { useNotices } from "../app/notices";
import { texts } from "../texts/en";

/** Uploads a MIDI file as it is. The API chooses the melody among its tracks; the studio lets the user choose. */
export function AddMelodyButton() {
  const input = useRef<HTMLInputElement>(null);
  const upload = useUploadTrack();
  const { tell } = useNotices();
  const send = async (file: File): Promise<void> => {
    try {
      const { name } = await upload.create({ file, name: nameOfFile(file.name) || texts.studio.melody.unnamed });
      tell({ type: "success", text: texts.melodies.added(name) });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      tell({ type: "error", text: `${file.name}: ${problemWords(error.problem)}`, requestId: error.problem.requestId });
    }
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept=".mid,.midi,audio/midi"
        onChange={({ target }) => {
          const file = target.files?.[0];
          // The same file can be chosen again.
          target.value = "";
          if (file !== undefined) void send(file);
        }}
      />
      <Button iconName="upload" loading={upload.isPending} onClick={() => input.current?.click()}>
        {texts.melodies.add}
      </Button>
    </>
  );
}
