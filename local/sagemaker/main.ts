/**
 * The local SageMaker as a program: `npx tsx local/sagemaker/main.ts CONFIG.json`. Prints one line of JSON,
 * `{ "ready": true, "url", "port", "pid" }`, when it serves; ends within 10 s of SIGTERM or SIGINT.
 */
import { readFileSync } from "node:fs";

import { parseLocalSageMakerConfig } from "./config";
import { startLocalSageMaker } from "./server";
import { errorText } from "./service-error";

async function main(): Promise<void> {
  const [, , path] = process.argv;
  if (path === undefined) throw new Error("Usage: npx tsx local/sagemaker/main.ts CONFIG.json");
  const content: unknown = JSON.parse(readFileSync(path, "utf8"));
  const server = await startLocalSageMaker(parseLocalSageMakerConfig(content));
  const end = (signal: NodeJS.Signals): void => {
    console.error(`local sagemaker: ${signal}, ending`);
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
  console.log(JSON.stringify({ ready: true, url: server.url, port: server.port, pid: process.pid }));
}

main().catch((error: unknown) => {
  console.error(`local sagemaker: ${errorText(error)}`);
  process.exit(1);
});
