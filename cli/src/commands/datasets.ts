/** The commands about data sets of your own. */
import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import {
  type components,
  type FileToPush,
  isMidiPath,
  pushFiles,
  type PushOutcome,
  waitForDataset,
} from "../../../client/client";
import { readAssignments } from "../assignments";
import { completesWith } from "../completion/candidates";
import { beginProgress } from "../drawing/progress-bar";
import { drawFacts, drawTable } from "../drawing/table";
import { CommandError, exitCodes, RefusedRequest, usageError } from "../exit-codes";
import { collect, wholeNumber } from "../options";
import { load, loadList } from "../requests";
import { printable } from "../terminal";
import { apiOf, type BeginRun, remark, type Run, tell } from "./run";

type Dataset = components["schemas"]["Dataset"];
type License = components["schemas"]["CreateDataset"]["license"];

const licenseKinds = [
  "own-work",
  "public-domain",
  "licensed",
  "permission",
] as const satisfies readonly License["kind"][];

interface PushOptions {
  readonly dataset?: string | undefined;
  readonly name?: string | undefined;
  readonly license?: License["kind"] | undefined;
  readonly licenseText?: string | undefined;
  readonly source?: string | undefined;
  readonly confirmRights?: true | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly timeout: number;
}

export function datasetsCommand(begin: BeginRun) {
  const list = new Command("list")
    .description("List your data sets")
    .option("-n, --limit <number>", "list no more", wholeNumber({ min: 1, max: 10_000 }), 20)
    .action(async ({ limit }) => {
      await listDatasets(begin(), limit);
    });
  const push = new Command("push")
    .description("Send the MIDI files of a folder to a data set. The same command goes on where it was cut off")
    .argument("<folder>", "the folder, with all folders in it")
    .option("-d, --dataset <id>", "the data set: without it your newest of this name, or a new one")
    .option("--name <text>", "the name of the data set: without it that of the folder")
    .addOption(
      new Option("--license <kind>", "why you may train on the files, for a new data set").choices(licenseKinds),
    )
    .option("--license-text <text>", "your statement in words, for a new data set")
    .option("--source <text>", "where the files come from")
    .option(
      "--confirm-rights",
      "confirm: I may use these files to train models, because I made them, or because they are in the public domain, " +
        "or because their license or their authors allow it",
    )
    .option("--tag <name=value,value>", "a tag of all these files; may be given several times", collect)
    .option(
      "--timeout <seconds>",
      "wait no longer until the files are read",
      wholeNumber({ min: 1, max: 604_800 }),
      3600,
    )
    .action(async (folder, options) => {
      await pushFolder(begin(), folder, options);
    });
  completesWith(push, { folder: "files", "--dataset": "datasets" });
  return new Command("datasets")
    .description("List your data sets, or push a folder to one")
    .addCommand(list, { isDefault: true })
    .addCommand(push);
}

async function listDatasets(run: Run, limit: number): Promise<void> {
  const { signal } = run.terminal;
  const { items, total } = await loadList(
    run.terminal,
    limit,
    async (query) => await apiOf(run).GET("/datasets", { params: { query }, signal }),
  );
  const text = drawTable<Dataset>(
    [
      { title: "ID", cell: ({ id }) => id },
      { title: "ACCEPTED", cell: ({ files }) => files.accepted, right: true },
      { title: "REJECTED", cell: ({ files }) => files.rejected, right: true },
      { title: "PENDING", cell: ({ files }) => files.pending, right: true },
      { title: "NAME", cell: ({ name }) => name },
    ],
    items,
  );
  await tell(run, { json: items, ids: items.map(({ id }) => id), text });
  if (items.length < total) await remark(run, `${items.length} of ${total}; --limit ${total} lists all.`);
}

async function pushFolder(run: Run, given: string, options: PushOptions): Promise<void> {
  const { terminal } = run;
  const folder = resolve(terminal.folder, given);
  if (!existsSync(folder)) throw usageError(`There is no folder ${given}.`);
  if (!statSync(folder).isDirectory()) throw usageError(`${given} is a file; a folder is expected.`);
  const tags = Object.fromEntries(
    readAssignments("--tag", options.tag ?? []).map(([name, values]) => [name, values.split(",")]),
  );
  const files = await midiFilesOf(folder, tags);
  if (files.length === 0) throw usageError(`There are no MIDI files in ${given} (.mid, .midi, .kar, .rmi, .smf).`);
  const datasetId = options.dataset ?? (await datasetFor(run, options.name ?? basename(folder), options));
  const pushed = await push(run, datasetId, files);
  for (const { path, reason } of [...pushed.rejected, ...pushed.failed]) {
    await remark(run, `${printable(path)}: ${printable(reason)}`);
  }
  if (pushed.outcome === "refused") throw new RefusedRequest(pushed.problem);
  if (pushed.failed.length > 0) {
    throw new CommandError(
      exitCodes.unavailable,
      `${pushed.failed.length} of ${files.length} files were not sent. The same command sends them again.`,
    );
  }
  const dataset = await waitUntilRead(run, datasetId, options.timeout);
  await tell(run, {
    json: { dataset, push: pushed.progress, rejected: pushed.rejected },
    ids: [datasetId],
    text: describePush(dataset, pushed),
  });
}

/** Returns all MIDI files of a folder, in the order of their paths. */
async function midiFilesOf(
  folder: string,
  tags: Readonly<Record<string, readonly string[]>>,
): Promise<readonly FileToPush[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, path: relative(folder, file).split(sep).join("/") }))
    .filter(({ path }) => isMidiPath(path))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
  return await Promise.all(
    paths.map(async ({ file, path }) => ({
      path,
      bytes: (await stat(file)).size,
      read: async () => await readFile(file),
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
    })),
  );
}

/** Returns the id of the newest data set with a name, or of a new one. */
async function datasetFor(run: Run, name: string, options: PushOptions): Promise<string> {
  const { terminal } = run;
  const { signal } = terminal;
  const api = apiOf(run);
  const found = await load(
    terminal,
    async () => await api.GET("/datasets", { params: { query: { q: name, limit: 100 } }, signal }),
  );
  const same = found.items.find((dataset) => dataset.name === name);
  if (same !== undefined) {
    await remark(run, `Going on with the data set ${same.id}.`);
    return same.id;
  }
  const { license: kind, licenseText: text, source, confirmRights } = options;
  if (kind === undefined || text === undefined || confirmRights === undefined) {
    const missing = [
      ...(kind === undefined ? [`--license, one of ${licenseKinds.join(", ")}`] : []),
      ...(text === undefined ? ["--license-text, your statement in words"] : []),
      ...(confirmRights === undefined ? ["--confirm-rights (its help has the sentence that you confirm)"] : []),
    ];
    throw usageError(
      `There is no data set "${name}" yet. A new one needs:\n${missing.map((text) => `  ${text}`).join("\n")}`,
    );
  }
  const license = { kind, text, confirmsRights: true as const, ...(source === undefined ? {} : { source }) };
  const header = { "Idempotency-Key": randomUUID() };
  const created = await load(
    terminal,
    async () => await api.POST("/datasets", { params: { header }, body: { name, license }, signal }),
  );
  return created.id;
}

async function push(run: Run, datasetId: string, files: readonly FileToPush[]): Promise<PushOutcome> {
  const { terminal } = run;
  const progress = beginProgress(terminal.errors);
  try {
    return await pushFiles(apiOf(run), datasetId, files, {
      signal: terminal.signal,
      onProgress: ({ files: all, sent, known, repeated, rejected, failed }) => {
        const done = sent + known + repeated + rejected + failed;
        progress.tell(`${done} of ${all} files, ${known} known before`, done / all);
      },
    });
  } finally {
    await progress.end();
  }
}

async function waitUntilRead(run: Run, datasetId: string, seconds: number): Promise<Dataset> {
  const { terminal } = run;
  const progress = beginProgress(terminal.errors);
  try {
    const waited = await waitForDataset(apiOf(run), datasetId, {
      deadlineSeconds: seconds,
      signal: terminal.signal,
      onChange: ({ files: { pending, accepted, rejected } }) => {
        progress.tell(`${pending} files are being read`, (accepted + rejected) / (pending + accepted + rejected));
      },
    });
    if (waited.outcome === "refused") throw new RefusedRequest(waited.problem);
    if (waited.outcome === "deadline") {
      throw new CommandError(
        exitCodes.deadline,
        `The files of ${datasetId} are not all read after ${seconds} s. They are still being read.`,
      );
    }
    return waited.resource;
  } finally {
    await progress.end();
  }
}

function describePush({ id, name, files, lineUps, reasons }: Dataset, { progress }: PushOutcome): string {
  return drawFacts([
    ["Data set", `${id} ${name}`],
    [
      "This push",
      `${progress.sent} sent, ${progress.known} known before, ${progress.repeated} repeated, ${progress.rejected} not taken`,
    ],
    ["Accepted", `${files.accepted} files`],
    ["Rejected", `${files.rejected} files`],
    ...Object.entries(lineUps).map(
      ([lineUp, { pieces, bars }]) => [`As ${lineUp}`, `${pieces} pieces, ${bars} bars`] as const,
    ),
    ...Object.entries(reasons).map(([code, count]) => [code, `${count} files`] as const),
  ]);
}
