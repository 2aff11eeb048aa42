/**
 * Runs the local SageMaker as a program: `npx tsx local/sagemaker/main.ts CONFIG.json`. It prints one line of JSON, `{
 * "ready": true, "url", "port", "pid" }`, when it serves, and ends within 10 s of SIGTERM or SIGINT.
 *
 * If it must end with certainty, start it as one process (`node --import tsx local/sagemaker/main.ts CONFIG.json`):
 * `npx` and `tsx` are parent processes, and a SIGKILL may end them alone.
 */
import { readFileSync } from "node:fs";
import { errorText } from "./api/service-error";
import { parseLocalSageMakerConfig } from "./config";
import { startLocalSageMaker } from "./server";

async function main(): Promise<void> {
  const [, , path] = process.argv;
  if (path === undefined) throw new Error("Usage: npx tsx local/sagemaker/main.ts CONFIG.json");
  const content: unknown = JSON.parse(readFileSync(path, "utf8"));
  const config = parseLocalSageMakerConfig(content);
  const server = await startLocalSageMaker(config);
  const end = (cause: string): void => {
    console.error(`local sagemaker: ${cause}, ending`);
    server.stop().then(
      () => {
        process.exit(0);
      },
      (error: unknown) => {
        console.error(`local sagemaker: ${errorText(error)}`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  if (config.endWithStandardInput) {
    process.stdin.resume();
    process.stdin.once("end", () => {
      end("the end of standard input");
    });
    process.stdin.on("error", () => {
      end("the loss of standard input");
    });
  }
  console.log(JSON.stringify({ ready: true, url: server.url, port: server.port, pid: process.pid }));
}

main().catch((error: unknown) => {
  console.error(`local sagemaker: ${errorText(error)}`);
  process.exit(1);
});
