// A tiny model server: /ping and /invocations, which does what the body asks.
import { Buffer } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers";

if (process.env.CRASH_AT_START === "true") process.exit(3);
const healthyAt = Date.now() + Number(process.env.HEALTHY_AFTER_MILLISECONDS ?? "0");
const weights = join(process.env.SAGEMAKER_BASE_DIR, "model", "weights.txt");

createServer((request, response) => {
  if (request.url === "/ping") {
    response.writeHead(Date.now() >= healthyAt ? 200 : 503).end();
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const text = Buffer.concat(chunks).toString("utf8");
    const asked = text.startsWith("{") ? JSON.parse(text) : {};
    if (asked.crash) process.kill(process.pid, "SIGKILL");
    const respond = () => {
      response.writeHead(asked.status ?? 200, {
        "content-type": "application/json",
        "x-amzn-sagemaker-custom-attributes": request.headers["x-amzn-sagemaker-custom-attributes"] ?? "",
      });
      response.end(
        asked.text ??
          (asked.bytes === undefined
            ? JSON.stringify({
                bytes: text.length,
                contentType: request.headers["content-type"],
                headers: Object.keys(request.headers).sort(),
                name: process.env.NAME,
                weights: existsSync(weights) ? readFileSync(weights, "utf8") : undefined,
                pid: process.pid,
                port: process.env.SAGEMAKER_BIND_TO_PORT,
              })
            : "x".repeat(asked.bytes)),
      );
    };
    setTimeout(respond, asked.milliseconds ?? 0);
  });
}).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT), process.env.SAGEMAKER_BIND_HOST);
