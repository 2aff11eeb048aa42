/** The parts of a Markdown document that can name things which exist or do not. */

export interface MarkdownDocument {
  /** Targets of links and images, as they are written. */
  readonly links: readonly string[];
  /** What stands between single backticks, with line breaks as spaces. */
  readonly codeSpans: readonly string[];
  readonly codeBlocks: readonly CodeBlock[];
  /** The anchors of its headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
}

export interface CodeBlock {
  /** Empty where none is named. */
  readonly language: string;
  readonly text: string;
  /** The anchor of the heading that it stands below; empty before the first heading. */
  readonly anchor: string;
}

/** Stands for a block in the prose. No document has this character. */
const blockMark = "\u0000";

export function parseMarkdown(markdown: string): MarkdownDocument {
  const blocks: Omit<CodeBlock, "anchor">[] = [];
  const prose = markdown.replaceAll(
    /^```(?<language>\w*)\n(?<text>.*?)^```$/gms,
    (_, language: string, text: string) => {
      blocks.push({ language, text });
      return blockMark;
    },
  );
  const codeSpans: string[] = [];
  const plain = prose.replaceAll(/`(?<span>[^`]+)`/g, (_, span: string) => {
    codeSpans.push(span.replaceAll(/\s+/g, " "));
    return span;
  });
  const withoutSpans = prose.replaceAll(/`[^`]+`/g, "code");
  const links = [...withoutSpans.matchAll(/\]\((?<target>[^()\s]+)\)/g)].map((match) => match[1] ?? "");
  const anchors = anchorsOf(plain);
  const anchorsOfBlocks = plain
    .split(blockMark)
    .slice(0, -1)
    .map((_, index, parts) => anchorsOf(parts.slice(0, index + 1).join("\n")).at(-1) ?? "");
  const codeBlocks = blocks.map((block, index) => ({ ...block, anchor: anchorsOfBlocks[index] ?? "" }));
  return { links, codeSpans, codeBlocks, anchors: new Set(anchors) };
}

function anchorsOf(plain: string): readonly string[] {
  const anchors: string[] = [];
  for (const [, heading = ""] of plain.matchAll(/^#{1,6} (?<heading>.+)$/gm)) {
    const text = heading.replaceAll(/\[(?<label>[^\]]*)\]\([^)]*\)/g, "$1");
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-");
    let anchor = slug;
    for (let repetition = 1; anchors.includes(anchor); repetition += 1) anchor = `${slug}-${repetition}`;
    anchors.push(anchor);
  }
  return anchors;
}
