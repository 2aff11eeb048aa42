/** The blocks of shell commands in the documents, and how a test runs each of them. */
import { parseMarkdown } from "../../unit/documents/support/markdown";
import { read } from "../../unit/documents/support/repository-files";

/** How a block is run. A reason says why nobody can run it here. */
export type BlockRun =
  /** In a terminal of its own, in which it stays until Ctrl-C. */
  | { readonly terminal: "of the cloud" }
  /** In the terminal of somebody who composes and trains. */
  | { readonly terminal: "second" }
  /** In the terminal of somebody who operates a stage, with an account in place of AWS. */
  | { readonly terminal: "operator" }
  | { readonly notRun: string };

/**
 * Every block of the documents, by its document and heading; the second below a heading has the number 2. A block that
 * is missing here fails `test/unit/documents/command-blocks.test.ts`.
 */
export const blockRuns = {
  "README.md#try-it-two-commands": { terminal: "of the cloud" },
  "README.md#what-you-can-do": { terminal: "second" },
  "docs/tutorial.md#1-start-the-cloud": { terminal: "of the cloud" },
  "docs/tutorial.md#1-start-the-cloud 2": { terminal: "second" },
  "docs/tutorial.md#1-start-the-cloud 3": { terminal: "second" },
  "docs/tutorial.md#2-compose": { terminal: "second" },
  "docs/tutorial.md#3-listen": { notRun: "it installs a player on the machine, and plays sound" },
  "docs/tutorial.md#4-bring-your-own-melody-and-have-it-re-written": { terminal: "second" },
  "docs/tutorial.md#5-have-it-arranged-by-a-band-and-say-what-you-think": { terminal: "second" },
  "docs/tutorial.md#6-go-on-with-a-piece": { terminal: "second" },
  "docs/tutorial.md#6-go-on-with-a-piece 2": { terminal: "second" },
  "docs/tutorial.md#7-train-a-model-of-your-own": { terminal: "second" },
  "docs/tutorial.md#7-train-a-model-of-your-own 2": { terminal: "second" },
  "docs/tutorial.md#8-hear-it-learn": { terminal: "second" },
  "docs/tutorial.md#8-hear-it-learn 2": { terminal: "second" },
  "docs/tutorial.md#9-the-same-from-the-command-line": { terminal: "second" },
  "docs/tutorial.md#9-the-same-from-the-command-line 2": { terminal: "second" },
  "docs/tutorial.md#9-the-same-from-the-command-line 3": { terminal: "second" },
  "docs/how-the-transformer-writes.md#how-one-event-is-drawn": { terminal: "second" },
  "docs/deploy.md#your-own-values": { terminal: "operator" },
  "docs/deploy.md#deploy": { terminal: "operator" },
  "docs/deploy.md#deploy-prod": { terminal: "operator" },
  "docs/deploy.md#is-everything-right": { terminal: "operator" },
  "docs/deploy.md#users-and-sign-in": { terminal: "operator" },
  "docs/deploy.md#users-and-sign-in 2": { terminal: "operator" },
  "docs/deploy.md#without-docker-at-the-deploy": { terminal: "operator" },
  "docs/deploy.md#when-a-deploy-fails": { terminal: "operator" },
  "docs/deploy.md#does-everything-work": {
    notRun: "the stage dev trains in images of ECR; test/e2e/operators.test.ts runs the command on the stage local",
  },
  "docs/deploy.md#the-first-composition": { terminal: "operator" },
  "docs/deploy.md#what-it-costs": { terminal: "operator" },
  "docs/runbook.md#messages-in-a-dead-letter-queue": { notRun: "MiniStack's SQS has no StartMessageMoveTask" },
  "docs/runbook.md#change-an-endpoint-between-serverless-and-real-time": { terminal: "operator" },
  "docs/runbook.md#stop-everything": { terminal: "operator" },
  "docs/runbook.md#stop-everything 2": { terminal: "operator" },
  "docs/runbook.md#remove-everything": { terminal: "operator" },
  "docs/runbook.md#remove-everything 2": { terminal: "operator" },
  "docs/runbook.md#remove-everything 3": { terminal: "operator" },
  "docs/runbook.md#remove-everything 4": { terminal: "operator" },
  "docs/troubleshooting.md#pip-cannot-install-the-packages": {
    notRun: "it is `npm start` with an index of packages on the internet",
  },
  "cli/README.md#the-command-line": {
    notRun: "it installs the program for the whole machine; the tutorial installs it in a folder",
  },
  "client/README.md#typed-client": {
    notRun: "it names folders of its reader; test/integration/client-package.test.ts installs the package",
  },
  "examples/README.md#the-smallest-useful-page": {
    notRun: "it serves the page until Ctrl-C; test/console/browser/examples.test.ts runs it and opens the page",
  },
} as const satisfies Readonly<Record<string, BlockRun>>;

export type BlockId = keyof typeof blockRuns;

export interface CommandBlock {
  /** Its document and heading, as in {@link blockRuns}. */
  readonly id: string;
  /** Its lines, unchanged. */
  readonly text: string;
}

/** Returns the blocks of shell commands of a document, in their order. */
export function commandBlocksOf(document: string): readonly CommandBlock[] {
  const counts = new Map<string, number>();
  return parseMarkdown(read(document))
    .codeBlocks.filter(({ language }) => language === "bash")
    .map(({ text, anchor }) => {
      const heading = `${document}#${anchor}`;
      const count = (counts.get(heading) ?? 0) + 1;
      counts.set(heading, count);
      return { id: count === 1 ? heading : `${heading} ${count}`, text };
    });
}

/** Returns true if the id is one of {@link blockRuns}. */
export const isKnownBlock = (id: string): id is BlockId => Object.hasOwn(blockRuns, id);

/**
 * Returns the blocks of a document that are run, in their order.
 *
 * @throws Error that names a block of which {@link blockRuns} does not say how it is run
 */
export function blocksToRun(
  document: string,
): readonly (CommandBlock & { readonly id: BlockId; readonly run: BlockRun })[] {
  return commandBlocksOf(document).flatMap(({ id, text }) => {
    if (!isKnownBlock(id)) throw new Error(`${id}: say how this block is run, in test/e2e/documents/command-blocks.ts`);
    const run = blockRuns[id];
    return "notRun" in run ? [] : [{ id, text, run }];
  });
}
