import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";
import { localCredentials } from "../../../local/cloud/ministack";
import { environmentPython } from "../../../tools/python/environments";
import { region } from "./local-services";

export interface AwsCliResponse {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The AWS CLI with a home and a configuration of its own: nothing of this machine's AWS set-up, gone afterwards. */
export class AwsCli {
  readonly home = mkdtempSync(join(tmpdir(), "opencomposer-aws-cli-"));
  private readonly endpointUrl: string;
  private readonly program = join(dirname(environmentPython("clients")), "aws");

  constructor(endpointUrl: string) {
    this.endpointUrl = endpointUrl;
    if (!existsSync(this.program)) throw new Error(`${this.program} is missing: run the pretest step.`);
    // The file is there and empty, so that the CLI reads no other one.
    writeFileSync(join(this.home, "config"), "");
  }

  /** Runs `aws …ARGUMENTS`; an exit status other than 0 is a response, too. */
  async run(...args: readonly string[]): Promise<AwsCliResponse> {
    return await new Promise((resolve, reject) => {
      execFile(
        this.program,
        [...args, "--endpoint-url", this.endpointUrl, "--output", "json"],
        {
          cwd: this.home,
          timeout: 50_000,
          env: {
            PATH: process.env["PATH"] ?? "/usr/bin:/bin",
            HOME: this.home,
            AWS_CONFIG_FILE: join(this.home, "config"),
            AWS_SHARED_CREDENTIALS_FILE: join(this.home, "config"),
            AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
            AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
            AWS_DEFAULT_REGION: region,
            AWS_EC2_METADATA_DISABLED: "true",
            AWS_MAX_ATTEMPTS: "1",
            PYTHONDONTWRITEBYTECODE: "1",
            LANG: "C.UTF-8",
          },
        },
        (error, stdout, stderr) => {
          const exitCode = error === null ? 0 : error.code;
          if (typeof exitCode === "number") resolve({ exitCode, stdout, stderr });
          else reject(new Error(`aws ${args.join(" ")}: ${stderr || (error?.message ?? "no exit status")}`));
        },
      );
    });
  }

  /** What a call that must succeed prints; an operation without output prints nothing. */
  async json(...args: readonly string[]): Promise<Record<string, unknown>> {
    const { exitCode, stdout, stderr } = await this.run(...args);
    if (exitCode !== 0) throw new Error(`aws ${args.join(" ")} ended with ${exitCode}: ${stderr}`);
    const content: unknown = stdout.trim() === "" ? {} : JSON.parse(stdout);
    return z.record(z.string(), z.unknown()).parse(content);
  }

  /** The path of a file of this home. */
  file(name: string): string {
    return join(this.home, name);
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
