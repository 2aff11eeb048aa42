/** Starts service_quotas_server.py: the quotas of an account, held against AWS's own service model. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { environmentPython, findPython, makeEnvironments } from "../../tools/python/environments";

/** Quotas by the code of their service, each with its name and value. */
export type QuotaLists = Readonly<Record<string, readonly (readonly [name: string, value: number])[]>>;

export interface AccountQuotas {
  /** What AWS gives to every account. */
  readonly defaults: QuotaLists;
  /** What this account has been given besides. */
  readonly applied: QuotaLists;
}

export interface ServiceQuotasServer {
  readonly url: string;
  set(quotas: AccountQuotas): void;
  stop(): Promise<void>;
}

/** The quotas that stage `dev` needs, as an account has them that has asked for them. Others lie around them. */
export const enoughQuotas: AccountQuotas = {
  defaults: {
    sagemaker: [
      ["ml.m5.large for training job usage", 4],
      ["ml.m5.xlarge for endpoint usage", 2],
      ["ml.m5.xlarge for spot training job usage", 0],
      ["ml.m5.xlarge for training job usage", 0],
      ["Maximum total concurrency that can be allocated across all serverless endpoints", 10],
    ],
    lambda: [
      ["Function and layer storage", 75],
      ["Concurrent executions", 1000],
    ],
  },
  applied: { sagemaker: [["ml.m5.xlarge for training job usage", 4]] },
};

export async function startServiceQuotas(quotas: AccountQuotas): Promise<ServiceQuotasServer> {
  await makeEnvironments({ names: ["second-engine"], python: findPython(), report: () => undefined });
  const folder = mkdtempSync(join(tmpdir(), "opencomposer-quotas-"));
  const file = join(folder, "quotas.json");
  const set = (content: AccountQuotas): void => {
    writeFileSync(file, JSON.stringify(content));
  };
  set(quotas);
  const program = join(__dirname, "service_quotas_server.py");
  const child = spawn(environmentPython("second-engine"), [program, file], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<unknown>((resolve) => child.once("close", resolve));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("error", reject);
    child.once("close", (code) => {
      reject(new Error(`The server of quotas ended with ${code ?? "a signal"} before it served.`));
    });
  });
  return {
    url,
    set,
    stop: async () => {
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
