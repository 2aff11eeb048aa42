/** Which words of a document are paths of the repository, and whether there is such a path. */
import { dirname, posix } from "node:path";
import { repositoryPaths } from "./repository-files";

/** Made on the machine that runs it, so it is not in the repository. */
const generated = /^(?:\.local|\.venv|\.cache|node_modules|cdk\.out)(?:\/|$)/;
const pathCharacters = /^[\w.@+<>{}…*[\], -]+(?:\/[\w.@+<>{}…*[\], -]*)*$/;
/** Files of these kinds are source: a name alone, without a folder, is one of ours. */
const sourceExtension = /\.(?:ts|mjs|cjs|py|md|svg|yml|toml|lock\.txt)$/;
const topLevel = new Set([...repositoryPaths].filter((path) => !path.includes("/")));

/** @param document where the word stands: a path may begin in its folder, or at the root */
export function isRepositoryPath(word: string, document: string): boolean {
  if (!pathCharacters.test(word) || word.includes(" ") || generated.test(word)) return false;
  const [first = ""] = word.split("/");
  const isFolderHere = topLevel.has(first) || repositoryPaths.has(posix.join(dirname(document), first));
  return (word.includes("/") && isFolderHere) || sourceExtension.test(word);
}

const placeholders = /<[^>]*>|\{(?<choices>[^}]*)\}|…|\*|\[(?<optional>\w+)\]/g;
const escaped = (text: string): string => text.replaceAll(/[.+?^$()|\\]/g, String.raw`\$&`);

/** `<name>`, `{name}` and `*` stand for one name, `{a,b}` for one of two, `…` for any folders, and `[a]` may be left out. */
function patternOf(path: string): string {
  let pattern = "";
  let at = 0;
  for (const match of path.matchAll(placeholders)) {
    const { choices, optional } = match.groups ?? {};
    pattern += escaped(path.slice(at, match.index));
    if (choices?.includes(",") === true) pattern += `(?:${choices.replaceAll(",", "|")})`;
    else if (optional !== undefined) pattern += `(?:${optional})?`;
    else pattern += match[0] === "…" ? ".*" : "[^/]*";
    at = match.index + match[0].length;
  }
  return pattern + escaped(path.slice(at));
}

/** Whether the path is one from the document's folder, from the root, or the end of one, as in `opencomposer_serving/server.py`. */
export function existsInRepository(path: string, document: string): boolean {
  const plain = path.replace(/\/$/, "");
  const besideIt = posix.normalize(posix.join(dirname(document), plain));
  if (repositoryPaths.has(plain) || repositoryPaths.has(besideIt)) return true;
  const ending = new RegExp(`(?:^|/)${patternOf(plain)}$`);
  return [...repositoryPaths].some((existing) => ending.test(existing));
}
