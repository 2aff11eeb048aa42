/** The files of a folder that was chosen or dropped, as they can be pushed. */
import { type FileToPush, isMidiPath } from "../../../client/client";

export interface FolderFiles {
  readonly files: readonly FileToPush[];
  /** The ZIP archive, where one was chosen or dropped and nothing else. */
  readonly archive?: File;
  /** How many files are no MIDI files by their names. */
  readonly leftOut: number;
}

interface FoundFile {
  readonly path: string;
  readonly file: File;
}

function midiFilesOf(found: readonly FoundFile[]): FolderFiles {
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0 && /\.zip$/i.test(first.path))
    return { files: [], archive: first.file, leftOut: 0 };
  const midi = found.filter(({ path }) => isMidiPath(path));
  return {
    files: midi.map(({ path, file }) => ({ path, bytes: file.size, read: async () => await file.arrayBuffer() })),
    leftOut: found.length - midi.length,
  };
}

/** Returns the files of an input. Those of a folder have the folder's name before theirs. */
export const chosenFiles = (chosen: Iterable<File>): FolderFiles =>
  midiFilesOf(
    Array.from(chosen, (file) => ({
      path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
      file,
    })),
  );

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

async function filesUnder(entry: FileSystemEntry): Promise<readonly FoundFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => {
      entry.file(resolve, reject);
    });
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  if (!isFolder(entry)) return [];
  const reader = entry.createReader();
  const found: FoundFile[] = [];
  for (;;) {
    // A reader gives a hundred entries at a time, and none in the end.
    const entries = await new Promise<readonly FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (entries.length === 0) return found;
    for (const one of entries) found.push(...(await filesUnder(one)));
  }
}

/**
 * Returns the files that were dropped, with those of dropped folders. The items are taken before the first wait, because
 * the browser forgets them.
 */
export async function droppedFiles({ items }: Pick<DataTransfer, "items">): Promise<FolderFiles> {
  const dropped = Array.from(items, (item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found: FoundFile[] = [];
  for (const one of dropped) {
    // What a program puts into a drop, as a mail's attachment, has no entry.
    if (one instanceof File) found.push({ path: one.name, file: one });
    else if (one !== null) found.push(...(await filesUnder(one)));
  }
  return midiFilesOf(found);
}
