/** What came of each fault, and the tables that say so. */

export interface Outcome {
  /** The life that was broken: "a training that runs through". */
  readonly life: string;
  /** The step or function that was hit, or what was done. */
  readonly step: string;
  /** What was done to it: "throws before", "kill -9". */
  readonly fault: string;
  /** Where exactly, for the list of what is not right. */
  readonly where: string;
  /** How it ended, in a word or two: "READY". */
  readonly ended: string;
  /** What is stuck, doubled, leaked or lost, in sentences; none when all is well. */
  readonly wrong: readonly string[];
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** Names that belong to the service's inside, and tell an owner nothing. */
const inside =
  /arn:|\bat \S+ \(|\/var\/task|node_modules|\.(?:ts|js):\d|Exception\b|Sandbox|Lambda|DynamoDB|\bS3\b|s3:\/\/|Step Functions|States\.|\[object|\b\d{12}\b/;

/** @returns what is wrong with the text of a failure; nothing when it is of use to the owner of what failed */
export function faultsOfText({ code, message }: Failure): readonly string[] {
  return [
    ...(/^[A-Z][A-Z0-9_]+$/.test(code) ? [] : [`the failure's code ${JSON.stringify(code)} is not a code`]),
    ...(/^\p{Lu}.{14,}[.!?]$/su.test(message) ? [] : [`the failure's text is no sentence: ${JSON.stringify(message)}`]),
    ...(inside.test(message) ? [`the failure's text names what is inside: ${JSON.stringify(message)}`] : []),
  ];
}

export const isOk = ({ wrong }: Outcome): boolean => wrong.length === 0;

/** In the order in which they first come. */
function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function cell(outcomes: readonly Outcome[]): string {
  const ends = [...grouped(outcomes.filter(isOk), ({ ended }) => ended)].map(([ended, all]) =>
    all.length === 1 ? ended : `${ended} ×${all.length}`,
  );
  const bad = outcomes.filter((outcome) => !isOk(outcome)).length;
  return [...ends, ...(bad === 0 ? [] : [`**not ok ×${bad}**`])].join(", ");
}

const row = (cells: readonly string[]): string => `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;

/** One table a life: a row a step, a column a fault. Below, every case that is not right. */
export function tablesOf(outcomes: readonly Outcome[]): string {
  const lives = [...grouped(outcomes, ({ life }) => life)].map(([life, all]) => {
    const faults = [...grouped(all, ({ fault }) => fault).keys()];
    const steps = [...grouped(all, ({ step }) => step)];
    const isMatrix = faults.length <= 12 && steps.length > 1 && faults.length > 1;
    const table = isMatrix
      ? [
          row(["step", ...faults]),
          row(["---", ...faults.map(() => "---")]),
          ...steps.map(([step, of]) =>
            row([
              step,
              ...faults.map((fault) => {
                const these = of.filter((outcome) => outcome.fault === fault);
                return these.length === 0 ? "–" : cell(these);
              }),
            ]),
          ),
        ]
      : [
          row(["step", "fault", "what happened"]),
          row(["---", "---", "---"]),
          ...[...grouped(all, ({ step, fault }) => `${step}\n${fault}`)].map(([key, results]) =>
            row([...key.split("\n"), cell(results)]),
          ),
        ];
    return `### ${life}\n\n${table.join("\n")}`;
  });
  const bad = outcomes.filter((outcome) => !isOk(outcome));
  const list = bad.map(
    ({ life, step, fault, where, ended, wrong }) =>
      `- ${life}; ${step}, ${fault}${where === "" ? "" : ` (${where})`}: ${ended}; ${wrong.join("; ")}`,
  );
  return [...lives, ...(list.length === 0 ? [] : [`### Not right\n\n${list.join("\n")}`])].join("\n\n");
}

export function counts(outcomes: readonly Outcome[]): { readonly passed: number; readonly failed: number } {
  const passed = outcomes.filter(isOk).length;
  return { passed, failed: outcomes.length - passed };
}
