/** Runs the command line in a terminal that a test looks at, against an API that a test plays. */
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ExitCode } from "../../../../cli/src/exit-codes";
import { runCommandLine } from "../../../../cli/src/program";
import type { Screen } from "../../../../cli/src/terminal";
import { type ListeningServer, startListeningServer } from "../../../support/listening-server";

export interface Ran {
  readonly code: ExitCode;
  readonly bytes: Buffer;
  readonly output: string;
  readonly errors: string;
}

interface Collected extends Screen {
  readonly bytes: () => Buffer;
}

function collect(isScreen: boolean): Collected {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, isTerminal: isScreen, isScreen, columns: 80, bytes: () => Buffer.concat(chunks) };
}

export interface RunParams {
  readonly input?: Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** True: a person looks at what is printed. */
  readonly isScreen?: boolean;
  readonly signal?: AbortSignal;
  /** Called with the standard error so far, whenever something is written there. */
  readonly onError?: (errors: string) => void;
}

/** A folder with a home in it. */
export class Surroundings {
  readonly folder = mkdtempSync(`${tmpdir()}/opencomposer-cli-`);

  async run(words: readonly string[], params: RunParams = {}): Promise<Ran> {
    const { input, environment = {}, isScreen = false, signal = new AbortController().signal, onError } = params;
    const [output, errors] = [collect(isScreen), collect(isScreen)];
    if (onError !== undefined) {
      const write = errors.stream.write.bind(errors.stream);
      Object.assign(errors.stream, {
        write: (...given: Parameters<typeof write>) => {
          const isTaken = write(...given);
          onError(errors.bytes().toString());
          return isTaken;
        },
      });
    }
    const code = await runCommandLine(words, {
      input: Readable.from(input === undefined ? [] : [Buffer.from(input)]),
      output,
      errors,
      environment,
      folder: this.folder,
      home: this.folder,
      signal,
    });
    return { code, bytes: output.bytes(), output: output.bytes().toString(), errors: errors.bytes().toString() };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface Played {
  readonly status?: number;
  readonly json?: unknown;
  readonly midi?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PlayedApi extends ListeningServer {
  /** All requests so far. */
  readonly asked: readonly Asked[];
}

/** Starts an API that responds as a test says. What the test does not know is 404. */
export async function playApi(play: (asked: Asked) => Played | undefined): Promise<PlayedApi> {
  const asked: Asked[] = [];
  const server = await startListeningServer((request, response) => {
    void buffer(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
      const one = { method: request.method ?? "", path: pathname, query: searchParams, headers: request.headers, body };
      asked.push(one);
      const { status = 200, json, midi, headers = {} } = play(one) ?? { status: 404, json: { message: "Not Found" } };
      const type = midi === undefined ? "application/json" : "audio/midi";
      response.writeHead(status, { "content-type": type, ...headers });
      response.end(midi === undefined ? JSON.stringify(json) : Buffer.from(midi));
    });
  });
  return Object.assign(server, { asked });
}

/** The environment of somebody who has a token. */
export const tokenFor = (api: { readonly url: string }): Readonly<Record<string, string>> => ({
  OPENCOMPOSER_API_URL: api.url,
  OPENCOMPOSER_TOKEN: "token-1",
});
