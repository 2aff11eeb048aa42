/** The documents name only what there is: files, headings, npm scripts, commands, variables, messages. */
import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import * as z from "zod";
import { prices } from "../../../scripts/operators/prices";
import { type MarkdownDocument, parseMarkdown } from "./support/markdown";
import { existsInRepository, isRepositoryPath } from "./support/named-paths";
import { read, repository, repositoryFiles, repositoryPaths } from "./support/repository-files";

const documents = new Map<string, MarkdownDocument>(
  repositoryFiles.filter((file) => file.endsWith(".md")).map((file) => [file, parseMarkdown(read(file))]),
);
const npmScripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read("package.json"))).scripts;
const sourceFiles = repositoryFiles.filter((file) => /\.(?:ts|mjs|cjs|py|toml)$|Dockerfile$/.test(file));

/** What is wrong, each with its document, so that one failure shows all of it. */
function inEveryDocument(wrong: (file: string, document: MarkdownDocument) => readonly string[]): string[] {
  return [...documents].flatMap(([file, document]) => wrong(file, document).map((what) => `${file}: ${what}`));
}

test("every relative link leads to a file, and to a heading in it", () => {
  const broken = inEveryDocument((file, { links }) =>
    links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? file : posix.normalize(posix.join(dirname(file), path)).replace(/\/$/, "");
        if (!repositoryPaths.has(target)) return true;
        const anchors = documents.get(target)?.anchors;
        return anchor !== undefined && anchors !== undefined && !anchors.has(anchor);
      }),
  );
  expect(broken).toEqual([]);
});

test("a command with an address of example.org says that it is to be replaced", () => {
  const blocks = inEveryDocument((_, { codeBlocks }) =>
    codeBlocks
      .filter(({ language, text }) => language === "bash" && text.includes("@example.org"))
      .map(({ text }) => text),
  );
  expect(blocks.length).toBeGreaterThan(2);
  expect(blocks.filter((text) => !/# write your own\b.*\baddress/.test(text))).toEqual([]);
});

test("the pages that operators copy from break no command and no message over two lines", () => {
  const broken = ["docs/deploy.md", "docs/runbook.md", "docs/troubleshooting.md", "README.md"].flatMap((file) => {
    const prose = read(file).replaceAll(/^```.*?^```$/gms, "");
    return [...prose.matchAll(/`[^`]+`/g)].map(([span]) => span).filter((span) => span.includes("\n"));
  });
  expect(broken).toEqual([]);
});

test("the page about deploying has the costs of our own metrics, and the price that the list has", () => {
  const [, units = ""] = /const units = \{(.*?)\} as const;/s.exec(read("lambdas/telemetry/metrics.ts")) ?? [];
  const metrics = [...units.matchAll(/^ {2}\w+: /gm)].length;
  const { metric, imageGb } = prices.perMonth;
  const page = read("docs/deploy.md").replaceAll(/\s+/g, " ");
  const dollars = (amount: number): string => `$${amount.toFixed(2)}`;
  expect(page).toContain(`${metrics} at ${dollars(metric)}, by the hours in which each has a value`);
  expect(page).toContain(`up to ${dollars((metrics - 10) * metric)} |`);
  expect(page).toContain(`up to ${dollars(metrics * metric)} |`);
  expect(page).toMatch(new RegExp(`Images of each earlier version .*?\\| \\${dollars(imageGb)} `));
  expect(page).toMatch(new RegExp(`Logs beyond .*?\\| \\${dollars(prices.perUnit.logGb)} `));
});

test("every path between backticks is one of the repository", () => {
  const missing = inEveryDocument((file, { codeSpans }) =>
    codeSpans.filter((span) => isRepositoryPath(span, file) && !existsInRepository(span, file)),
  );
  expect(missing).toEqual([]);
});

/** Command lines, without continuations, pipes and comments: those between backticks and those in blocks. */
function commandsOf({ codeSpans, codeBlocks }: MarkdownDocument): readonly string[] {
  const blocks = codeBlocks.filter(({ language }) => ["", "bash", "sh"].includes(language));
  const lines = blocks.flatMap(({ text }) => text.replaceAll("\\\n", " ").split("\n"));
  return [...codeSpans, ...lines]
    .flatMap((line) => line.split(/&&|\||;|\$\(|\)/))
    .map((part) => part.replace(/\s#.*$/, "").trim())
    .map((command) => command.replace(/^(?:[A-Z_]+=\S* )+/, ""));
}

test("every npm script that is named exists, and takes the options that it is given", () => {
  const wrong = inEveryDocument((_, document) =>
    commandsOf(document).filter((command) => {
      const match = /^npm (?:run )?(?:--silent |-s )?(?<script>[\w:-]+)(?<rest>.*)$/.exec(command);
      const { script, rest = "" } = match?.groups ?? {};
      if (script === undefined || (!command.startsWith("npm run") && !["start", "test"].includes(script))) return false;
      const line = npmScripts[script];
      if (line === undefined) return true;
      const program = /\S+\.ts(?=\s|$)/.exec(line)?.[0];
      if (program === undefined) return false;
      const options = [...rest.matchAll(/ --(?<option>[a-z][\w-]*)/g)].map((option) => option[1] ?? "");
      return !options.every((option) => new RegExp(`\\b${option}\\b`).test(read(program)));
    }),
  );
  expect(wrong).toEqual([]);
});

test("every command runs a program, a file or a module that there is", () => {
  const isThere = (command: string, file: string): boolean => {
    const words = command.split(/\s+/);
    const [program = "", second = ""] = words;
    if (program === "npx" && !existsSync(join(repository, "node_modules/.bin", second))) return false;
    const module = /(?:^|\s)-m (?<module>\w+(?:\.\w+)*)/.exec(command)?.groups?.["module"]?.replaceAll(".", "/");
    const isOurs = module?.startsWith("opencomposer_") === true || module?.includes("/") === true;
    if (module !== undefined && isOurs) {
      const found = existsInRepository(module, file) || existsInRepository(`${module}.py`, file);
      if (!found) return false;
    }
    return words
      .filter((word) => word.includes("/") && isRepositoryPath(word, file))
      .every((word) => existsInRepository(word, file));
  };
  const program = /^(?:npx|npm|node|docker|python3?|(?:\.venv|\.ci|node_modules)\/\S+)\s/;
  const wrong = inEveryDocument((file, document) =>
    commandsOf(document).filter((command) => program.test(command) && !isThere(command, file)),
  );
  expect(wrong).toEqual([]);
});

test("every stage that is destroyed is named, and prod's protection is taken off first", () => {
  const wrong = inEveryDocument((_, { codeBlocks }) =>
    codeBlocks
      .filter(({ language, text }) => language === "bash" && text.includes("cdk destroy"))
      .map(({ text }) => text)
      .filter((text) => {
        const [before = "", ...destroys] = text.split("cdk destroy");
        const unprotects = before.includes("update-termination-protection --no-enable-termination-protection");
        return destroys.some(
          (rest) => !/^[^\n]* -c stage=\w+/.test(rest) || (/^[^\n]*stage=prod/.test(rest) && !unprotects),
        );
      }),
  );
  expect(wrong).toEqual([]);
});

test("the page about deploying goes on until a composition is there", () => {
  const blocks = (documents.get("docs/deploy.md")?.codeBlocks ?? []).map(({ text }) => text);
  const first = (part: string): number => blocks.findIndex((text) => text.includes(part));
  const steps = ["cdk deploy --all", "npm run seed", "npm run users", "sign-in", "OutputKey=='ApiUrl'", "/midi"];
  const places = steps.map(first);
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test("the tutorial goes on with the functions of the page about deploying", () => {
  const functionsOf = (file: string): readonly string[] =>
    (documents.get(file)?.codeBlocks ?? []).flatMap(({ text }) =>
      [...text.matchAll(/^\w+\(\) \{(?: .* \}$|[^]*?^\}$)/gm)].map(([whole]) => whole),
    );
  expect(functionsOf("docs/deploy.md")).toHaveLength(2);
  expect(functionsOf("docs/tutorial.md")).toEqual(functionsOf("docs/deploy.md"));
});

interface SettingSchema {
  readonly properties?: Readonly<Record<string, SettingSchema>> | undefined;
  readonly anyOf?: readonly SettingSchema[] | undefined;
  readonly oneOf?: readonly SettingSchema[] | undefined;
}
const settingSchema: z.ZodType<SettingSchema> = z.lazy(() =>
  z.looseObject({
    properties: z.record(z.string(), settingSchema).optional(),
    anyOf: z.array(settingSchema).optional(),
    oneOf: z.array(settingSchema).optional(),
  }),
);
const settings = settingSchema.parse(JSON.parse(read("lib/config/opencomposer.schema.json")));

/** Returns true if the path, in which `*` is any name, leads to a setting of a stage. */
function isSetting(schema: SettingSchema, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  const here = Object.entries(schema.properties ?? {}).filter(([property]) => name === "*" || property === name);
  return (
    here.some(([, child]) => isSetting(child, rest)) ||
    [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].some((choice) => isSetting(choice, [name, ...rest]))
  );
}

test("every setting of a stage that the pages of operators name exists", () => {
  const sections = Object.keys(settings.properties ?? {});
  const unknown = ["docs/deploy.md", "docs/runbook.md"].flatMap((file) =>
    (documents.get(file)?.codeSpans ?? [])
      .filter((span) => /^\w+(?:\.(?!json$)[\w*]+)+$/.test(span) && sections.includes(span.split(".")[0] ?? ""))
      .filter((span) => !isSetting(settings, span.split("."))),
  );
  expect(sections).toContain("training");
  expect(unknown).toEqual([]);
});

test("the page about deploying names every tag that the stacks and the SageMaker jobs have, and no other", () => {
  const tagsIn = (text: string): string[] => [
    ...new Set([...text.matchAll(/["'`](?<tag>opencomposer:[\w-]+)["'`]/g)].map((match) => match[1] ?? "")),
  ];
  const code = ["lib/stacks/stack-settings.ts", "lambdas/training/training-job-request.ts"].map((file) => read(file));
  const tags = tagsIn(code.join("\n"));
  expect(tags).toHaveLength(4);
  expect(tagsIn(read("docs/deploy.md")).toSorted()).toEqual(tags.toSorted());
});

/** Constant parts of texts: strings that a line break cuts are joined, and what is put into them is left open. */
const texts = sourceFiles
  .map((file) => read(file))
  .join("\n")
  .replaceAll(/["'`]\s*\+?\s*\n\s*\+?\s*f?["'`]/g, "");

test("every variable of ours that is named is read somewhere", () => {
  const unknown = inEveryDocument((_, { codeSpans, codeBlocks }) =>
    [...codeSpans, ...codeBlocks.map(({ text }) => text)]
      .flatMap((text) => text.match(/\bOPENCOMPOSER_[A-Z_]+\b/g) ?? [])
      .filter((name) => !texts.includes(name)),
  );
  expect(unknown).toEqual([]);
});

test("every message that docs/troubleshooting.md quotes is one that the code gives", () => {
  const messages =
    documents.get("docs/troubleshooting.md")?.codeBlocks.filter(({ language }) => language === "text") ?? [];
  expect(messages.length).toBeGreaterThan(5);
  const parts = messages.flatMap(({ text }) => text.split(/…|\n/)).map((part) => part.trim());
  expect(parts.filter((part) => part.length > 3 && !texts.includes(part))).toEqual([]);
});

test("nothing sends its reader to a paper that is not in the repository", () => {
  const elsewhere =
    /research[ -]notes|\(research[:) ]|[Tt]he issue's|of the issue\b|^\W*Design, |the design's|design\.md|the review's|of (?:that|the) review\b/m;
  const readable = repositoryFiles.filter(
    (file) => /\.(?:ts|cjs|mjs|py|md)$/.test(file) && !file.endsWith("documents.test.ts"),
  );
  expect(readable.filter((file) => elsewhere.test(read(file)))).toEqual([]);
});

/** Comments and docstrings of a source file. */
function commentsOf(source: string): string {
  const comments = source.matchAll(/\/\*.*?\*\/|\/\/[^\n]*|"""[\s\S]*?"""|^\s*#[^\n]*/gms);
  return [...comments].map(([comment]) => comment).join("\n");
}

test("every file and npm script that a comment names exists", () => {
  const wrong = sourceFiles
    .filter((file) => !file.endsWith("documents.test.ts"))
    .flatMap((file) => {
      const comments = commentsOf(read(file));
      const files = comments.match(/(?<![\w./*-])[\w./-]*[\w-]\.(?:ts|mjs|py|md)\b/g) ?? [];
      const scripts = [...comments.matchAll(/npm run (?:--silent )?(?<script>[\w:]+(?:-[\w:]+)*)/g)].map(
        (match) => match[1] ?? "",
      );
      return [
        ...files.filter((name) => !existsInRepository(name.replace(/^[./]+/, ""), file)),
        ...scripts.filter((script) => !(script in npmScripts)),
      ].map((name) => `${file}: ${name}`);
    });
  expect(wrong).toEqual([]);
});

test("every decision record has its number, a date and a status, and stands in the list", () => {
  const records = repositoryFiles.filter((file) => /^docs\/adr\/\d{4}-[a-z0-9-]+\.md$/.test(file));
  expect(records.length).toBeGreaterThan(30);
  const list = documents.get("docs/adr/README.md")?.links ?? [];
  const wrong = records.flatMap((file) => {
    const name = posix.basename(file);
    const [title = "", , dated = ""] = read(file).split("\n");
    return [
      ...(title.startsWith(`# ${Number(name.slice(0, 4))}. `) ? [] : [`${name}: the title has another number`]),
      ...(/^Date: \d{4}-\d{2}-\d{2}\. Status: (?:accepted|replaced by record \d+)[.;]/.test(dated)
        ? []
        : [`${name}: the third line must be "Date: YYYY-MM-DD. Status: accepted."`]),
      ...(list.includes(name) ? [] : [`${name}: docs/adr/README.md does not list it`]),
    ];
  });
  expect(wrong).toEqual([]);
});

test("the README is one page", () => {
  expect(read("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(100);
});
