import { chosenFiles } from "../../../console/src/datasets/folder-files";

const file = (name: string, folder = ""): File => {
  const made = new File([new Uint8Array(20)], name);
  Object.defineProperty(made, "webkitRelativePath", { value: folder === "" ? "" : `${folder}/${name}` });
  return made;
};

test("files of a folder have its name before theirs, and what is no MIDI file is left out", () => {
  const { files, leftOut, archive } = chosenFiles([
    file("a.mid", "songs/rock"),
    file("cover.png", "songs"),
    file("b.MID"),
  ]);
  expect(files.map(({ path, bytes }) => [path, bytes])).toEqual([
    ["songs/rock/a.mid", 20],
    ["b.MID", 20],
  ]);
  expect(leftOut).toBe(1);
  expect(archive).toBeUndefined();
});

test("one ZIP alone is an archive to send, and one among other files is left out", () => {
  const zip = file("songs.ZIP");
  expect(chosenFiles([zip])).toEqual({ files: [], archive: zip, leftOut: 0 });
  const { files, archive, leftOut } = chosenFiles([zip, file("a.mid")]);
  expect([files.length, archive, leftOut]).toEqual([1, undefined, 1]);
});
