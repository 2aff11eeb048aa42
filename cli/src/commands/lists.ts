/** The commands that list what there is. */
import { Command } from "@commander-js/extra-typings";
import type { CallResult, components } from "../../../client/client";
import { type Column, drawTable } from "../drawing/table";
import { wholeNumber } from "../options";
import { load, loadList, type Page } from "../requests";
import { apiOf, type BeginRun, remark, type Run, tell } from "./run";

type Schemas = components["schemas"];

const usualLimit = 20;
const limitOption = ["-n, --limit <number>", "list no more", wholeNumber({ min: 1, max: 10_000 }), usualLimit] as const;

/** Returns a time as people read it, in UTC. */
const shortTime = (time: string): string => time.slice(0, 16).replace("T", " ");

/** Lists the newest items first, and says if there are more. */
async function tellList<Item extends { readonly id: string }>(
  run: Run,
  params: {
    readonly limit: number;
    readonly columns: readonly Column<Item>[];
    readonly send: (query: { limit: number; cursor?: string }) => Promise<CallResult<Page<Item>>>;
  },
): Promise<void> {
  const { items, total } = await loadList(run.terminal, params.limit, params.send);
  await tell(run, { json: items, ids: items.map(({ id }) => id), text: drawTable(params.columns, items) });
  if (items.length < total) await remark(run, `${items.length} of ${total}; --limit ${total} lists all.`);
}

export function melodiesCommand(begin: BeginRun) {
  return new Command("melodies").description("List the sample melodies").action(async () => {
    const run = begin();
    const { items } = await load(
      run.terminal,
      async () => await apiOf(run).GET("/sample-melodies", { signal: run.terminal.signal }),
    );
    const columns: Column<Schemas["SampleMelody"]>[] = [
      { title: "ID", cell: ({ id }) => id },
      { title: "BARS", cell: ({ bars }) => bars, right: true },
      { title: "TEMPO", cell: ({ tempo }) => tempo, right: true },
      { title: "NAME", cell: ({ name }) => name },
      { title: "ORIGIN", cell: ({ origin }) => origin },
    ];
    await tell(run, { json: items, ids: items.map(({ id }) => id), text: drawTable(columns, items) });
  });
}

export function tracksCommand(begin: BeginRun) {
  return new Command("tracks")
    .description("List the melodies that you have uploaded")
    .option(...limitOption)
    .option("-s, --search <text>", "only those whose name contains this text")
    .action(async ({ limit, search }) => {
      const run = begin();
      const columns: Column<Schemas["Track"]>[] = [
        { title: "ID", cell: ({ id }) => id },
        { title: "CREATED", cell: ({ createdAt }) => shortTime(createdAt) },
        { title: "BARS", cell: ({ bars }) => bars, right: true },
        { title: "NOTES", cell: ({ noteCount }) => noteCount, right: true },
        { title: "TEMPO", cell: ({ tempo }) => tempo, right: true },
        { title: "NAME", cell: ({ name }) => name },
      ];
      const send = async (page: { limit: number; cursor?: string }) =>
        await apiOf(run).GET("/tracks", {
          params: { query: filtered(page, { q: search }) },
          signal: run.terminal.signal,
        });
      await tellList(run, { limit, columns, send });
    });
}

export function compositionsCommand(begin: BeginRun) {
  return new Command("compositions")
    .description("List your compositions")
    .option(...limitOption)
    .option("-s, --search <text>", "only those whose name contains this text")
    .action(async ({ limit, search }) => {
      const run = begin();
      const columns: Column<Schemas["Composition"]>[] = [
        { title: "ID", cell: ({ id }) => id },
        { title: "CREATED", cell: ({ createdAt }) => shortTime(createdAt) },
        { title: "STATE", cell: ({ state }) => state },
        { title: "TECHNIQUE", cell: ({ technique }) => technique },
        { title: "SEED", cell: ({ seed }) => seed, right: true },
        { title: "BARS", cell: ({ output }) => output?.bars, right: true },
        { title: "NAME", cell: ({ name }) => name },
      ];
      const send = async (page: { limit: number; cursor?: string }) =>
        await apiOf(run).GET("/compositions", {
          params: { query: filtered(page, { q: search }) },
          signal: run.terminal.signal,
        });
      await tellList(run, { limit, columns, send });
    });
}

export function modelsCommand(begin: BeginRun) {
  return new Command("models")
    .description("List the stock models, then yours")
    .option(...limitOption)
    .option("-s, --search <text>", "only those whose name contains this text")
    .action(async ({ limit, search }) => {
      const run = begin();
      const columns: Column<Schemas["Model"]>[] = [
        { title: "ID", cell: ({ id }) => id },
        { title: "CREATED", cell: ({ createdAt }) => shortTime(createdAt) },
        { title: "TECHNIQUE", cell: ({ technique }) => technique },
        { title: "PIECES", cell: ({ dataset }) => dataset.pieces, right: true },
        { title: "NAME", cell: ({ name, stock }) => (stock ? `${name} (stock)` : name) },
      ];
      const send = async (page: { limit: number; cursor?: string }) =>
        await apiOf(run).GET("/models", {
          params: { query: filtered(page, { q: search }) },
          signal: run.terminal.signal,
        });
      await tellList(run, { limit, columns, send });
    });
}

export function jobsCommand(begin: BeginRun) {
  return new Command("jobs")
    .description("List your training jobs")
    .option(...limitOption)
    .option("-s, --search <text>", "only those whose name contains this text")
    .action(async ({ limit, search }) => {
      const run = begin();
      const columns: Column<Schemas["TrainingJob"]>[] = [
        { title: "ID", cell: ({ id }) => id },
        { title: "CREATED", cell: ({ createdAt }) => shortTime(createdAt) },
        { title: "STATE", cell: ({ state }) => state },
        { title: "TECHNIQUE", cell: ({ technique }) => technique },
        { title: "EPOCH", cell: ({ progress }) => `${progress.epoch}/${progress.epochs}`, right: true },
        { title: "MODEL", cell: ({ modelId }) => modelId },
        { title: "NAME", cell: ({ name }) => name },
      ];
      const send = async (page: { limit: number; cursor?: string }) =>
        await apiOf(run).GET("/training-jobs", {
          params: { query: filtered(page, { q: search }) },
          signal: run.terminal.signal,
        });
      await tellList(run, { limit, columns, send });
    });
}

/** Returns the query of a page. A cursor keeps the filters of its list, which cannot be sent beside it. */
function filtered<Filters extends Readonly<Record<string, string | undefined>>>(
  page: { limit: number; cursor?: string },
  filters: Filters,
): { limit: number; cursor?: string } & { [Name in keyof Filters]?: string } {
  if (page.cursor !== undefined)
    return page as { limit: number; cursor?: string } & { [Name in keyof Filters]?: string };
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return { ...page, ...(Object.fromEntries(given) as { [Name in keyof Filters]?: string }) };
}
