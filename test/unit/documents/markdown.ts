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
}

export function parseMarkdown(markdown: string): MarkdownDocument {
  const codeBlocks: CodeBlock[] = [];
  const prose = markdown.replaceAll(
    /^```(?<language>\w*)\n(?<text>.*?)^```$/gms,
    (_, language: string, text: string) => {
      codeBlocks.push({ language, text });
      return "";
    },
  );
  const codeSpans: string[] = [];
  const plain = prose.replaceAll(/`(?<span>[^`]+)`/g, (_, span: string) => {
    codeSpans.push(span.replaceAll(/\s+/g, " "));
    return span;
  });
  const withoutSpans = prose.replaceAll(/`[^`]+`/g, "code");
  const links = [...withoutSpans.matchAll(/\]\((?<target>[^()\s]+)\)/g)].map((match) => match[1] ?? "");
  return { links, codeSpans, codeBlocks, anchors: anchorsOf(plain) };
}

function anchorsOf(plain: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of plain.matchAll(/^#{1,6} (?<heading>.+)$/gm)) {
    const text = heading.replaceAll(/\[(?<label>[^\]]*)\]\([^)]*\)/g, "$1");
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-");
    let anchor = slug;
    for (let repetition = 1; anchors.has(anchor); repetition += 1) anchor = `${slug}-${repetition}`;
    anchors.add(anchor);
  }
  return anchors;
}
