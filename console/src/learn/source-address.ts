const arxivPattern = /arXiv (\d{4}\.\d{4,5})/;

/** Returns the address of a source that anybody can open: papers have one, files of the repository have none here. */
export function addressOf(source: string): string | undefined {
  const id = arxivPattern.exec(source)?.[1];
  return id === undefined ? undefined : `https://arxiv.org/abs/${id}`;
}
