/**
 * ListTrainingJobs over hundreds of jobs, of which the server finds the records when it starts. No other service is
 * needed for that.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteTrainingJobCommand,
  ListTrainingJobsCommand,
  type ListTrainingJobsCommandInput,
  paginateListTrainingJobs,
  type SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import fc from "fast-check";
import { DurableRecords } from "../../local/sagemaker/durable-records";
import { type LocalSageMaker, startLocalSageMaker } from "../../local/sagemaker/server";
import { advance, newTrainingJob, type TrainingJob, trainingJob } from "../../local/sagemaker/training/training-job";
import { localAccountId } from "../../naming/resource-names";
import { region, role, sagemakerClients, sagemakerConfig } from "./support/local-services";

const begin = 1_780_000_000;
const kinds = ["bach", "band", "choir"] as const;

/** 150 that Completed, then 150 that Failed or were Stopped in turn; three made in each second. */
function jobNumber(index: number): TrainingJob {
  const name = `${kinds[index % 3] ?? ""}-${String((index * 37) % 300).padStart(3, "0")}`;
  const creationTime = begin + Math.floor(index / 3);
  const status = index < 150 ? "Completed" : index % 2 === 0 ? "Failed" : "Stopped";
  const job = newTrainingJob({
    arn: `arn:aws:sagemaker:${region}:${localAccountId}:training-job/${name}`,
    now: creationTime,
    request: {
      TrainingJobName: name,
      RoleArn: role,
      AlgorithmSpecification: { TrainingImage: "any", TrainingInputMode: "File" },
      OutputDataConfig: { S3OutputPath: "s3://bucket/results" },
      ResourceConfig: { InstanceType: "ml.m5.large", InstanceCount: 1 },
    },
  });
  return advance(job, { to: status, status, now: creationTime + ((index * 53) % 300) });
}

const jobs = Array.from({ length: 300 }, (_, index) => jobNumber(index));
const nameOf = (job: TrainingJob): string => job.request.TrainingJobName;

let directory: string;
let server: LocalSageMaker;
let sagemaker: SageMakerClient;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "opencomposer-lists-"));
  const config = sagemakerConfig({ directory, endpointUrl: "http://127.0.0.1:9" });
  const table = new DurableRecords({ directory: join(config.stateDirectory, "training-jobs"), schema: trainingJob });
  for (const job of jobs) table.put(nameOf(job), job);
  server = await startLocalSageMaker(config);
  sagemaker = sagemakerClients(server.url).sagemaker;
});

afterAll(async () => {
  sagemaker.destroy();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

type Question = Omit<ListTrainingJobsCommandInput, "NextToken">;

/** The names on each page, to the last. */
async function pagesOf(question: Question): Promise<string[][]> {
  const pages: string[][] = [];
  for await (const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: sagemaker }, question)) {
    pages.push(TrainingJobSummaries.map(({ TrainingJobName }) => TrainingJobName ?? ""));
  }
  return pages;
}

/** What a list should hold, by plain means. */
function expected(question: Question): string[] {
  const { NameContains = "", StatusEquals, CreationTimeAfter, CreationTimeBefore } = question;
  const { LastModifiedTimeAfter, LastModifiedTimeBefore, SortBy, SortOrder } = question;
  const isWithin = (time: number, after: Date | undefined, before: Date | undefined): boolean =>
    (after === undefined || time * 1_000 > after.getTime()) &&
    (before === undefined || time * 1_000 < before.getTime());
  const key = (job: TrainingJob): (string | number)[] => [
    ...(SortBy === "Name" ? [] : [SortBy === "Status" ? job.status : job.creationTime]),
    nameOf(job),
  ];
  const kept = jobs.filter(
    (job) =>
      nameOf(job).includes(NameContains) &&
      (StatusEquals === undefined || job.status === StatusEquals) &&
      isWithin(job.creationTime, CreationTimeAfter, CreationTimeBefore) &&
      isWithin(job.lastModifiedTime, LastModifiedTimeAfter, LastModifiedTimeBefore),
  );
  const sorted = kept
    .map((job) => ({ name: nameOf(job), key: key(job) }))
    .sort((one, other) => {
      const place = one.key.findIndex((part, index) => part !== other.key[index]);
      return (one.key[place] ?? 0) < (other.key[place] ?? 0) ? -1 : 1;
    });
  return (SortOrder === "Descending" ? sorted.reverse() : sorted).map(({ name }) => name);
}

it("gives ten to a page unless it is told otherwise, in the order of their making", async () => {
  const { TrainingJobSummaries = [], NextToken } = await sagemaker.send(new ListTrainingJobsCommand({}));
  expect(TrainingJobSummaries.map(({ TrainingJobName }) => TrainingJobName)).toEqual(expected({}).slice(0, 10));
  expect(NextToken).toBeDefined();
  const pages = await pagesOf({ MaxResults: 100 });
  expect(pages.map((page) => page.length)).toEqual([100, 100, 100]);
  for (const MaxResults of [0, 101]) {
    await expect(sagemaker.send(new ListTrainingJobsCommand({ MaxResults }))).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(/at 'maxResults' failed to satisfy constraint: Member must have value/),
    });
  }
});

it("gives short and empty pages with a token: StatusEquals comes after the page is cut", async () => {
  const pages = await pagesOf({ StatusEquals: "Failed", MaxResults: 20 });
  expect(pages).toHaveLength(15);
  expect(pages.slice(0, 7).flat()).toEqual([]);
  expect(pages[7]).toHaveLength(5);
  expect(pages[8]).toHaveLength(10);
  expect(pages.flat()).toEqual(expected({ StatusEquals: "Failed" }));
  expect(await pagesOf({ StatusEquals: "InProgress", MaxResults: 100 })).toEqual([[], [], []]);
});

it("lists each job that fits once, in order, whatever is asked", async () => {
  const time = fc.integer({ min: -10, max: 450 }).map((seconds) => new Date((begin + seconds) * 1_000));
  const question = fc.record(
    {
      MaxResults: fc.integer({ min: 20, max: 100 }),
      NameContains: fc.constantFrom("ba", "bach", "-1", "7", "nothing"),
      StatusEquals: fc.constantFrom("Completed", "Failed", "Stopped", "Stopping"),
      CreationTimeAfter: time,
      CreationTimeBefore: time,
      LastModifiedTimeAfter: time,
      LastModifiedTimeBefore: time,
      SortBy: fc.constantFrom("Name", "CreationTime", "Status"),
      SortOrder: fc.constantFrom("Ascending", "Descending"),
    },
    { requiredKeys: ["MaxResults"] },
  );
  await fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const pages = await pagesOf(asked);
      for (const page of pages) expect(page.length).toBeLessThanOrEqual(asked.MaxResults);
      expect(pages.flat()).toEqual(expected(asked));
    }),
    { numRuns: 60 },
  );
});

it("takes only a token that it gave out, for the question that it was given for", async () => {
  const { NextToken = "" } = await sagemaker.send(new ListTrainingJobsCommand({ MaxResults: 5 }));
  const refused = { name: "ValidationException", message: "Invalid NextToken" };
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: NextToken.length - 1 }),
      fc.constantFrom("A", "z", "0", ".", "=", "é", ""),
      async (at, instead) => {
        const tampered = NextToken.slice(0, at) + instead + NextToken.slice(at + 1);
        fc.pre(tampered !== NextToken && tampered !== "");
        await expect(sagemaker.send(new ListTrainingJobsCommand({ NextToken: tampered }))).rejects.toMatchObject(
          refused,
        );
      },
    ),
    { numRuns: 60 },
  );
  const forged = Buffer.from('{"operation":"ListTrainingJobs","offset":0}').toString("base64url");
  for (const question of [
    { NextToken: forged },
    { NextToken: "../../etc/passwd" },
    { NextToken, NameContains: "bach" },
    { NextToken, SortBy: "Name" },
  ] as const) {
    await expect(sagemaker.send(new ListTrainingJobsCommand(question))).rejects.toMatchObject(refused);
  }
  // Another size of the page is no other question.
  const next = await sagemaker.send(new ListTrainingJobsCommand({ NextToken, MaxResults: 2 }));
  expect(next.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual(expected({}).slice(5, 7));
});

it("misses and repeats nothing when jobs go while somebody reads", async () => {
  const order = expected({ SortBy: "Name" });
  const first = await sagemaker.send(new ListTrainingJobsCommand({ SortBy: "Name", MaxResults: 100 }));
  // Two that were read, the last of them among these, and one that was not.
  for (const index of [3, 99, 150]) {
    await sagemaker.send(new DeleteTrainingJobCommand({ TrainingJobName: order[index] }));
  }
  const rest: string[] = [];
  let { NextToken } = first;
  while (NextToken !== undefined) {
    const page = await sagemaker.send(new ListTrainingJobsCommand({ SortBy: "Name", MaxResults: 100, NextToken }));
    rest.push(...(page.TrainingJobSummaries ?? []).map(({ TrainingJobName }) => TrainingJobName ?? ""));
    NextToken = page.NextToken;
  }
  expect(rest).toEqual(order.slice(100).filter((name) => name !== order[150]));
});
