/** What of a built console is uploaded, and what the page is told. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ConsoleConfig } from "../../../naming/console-paths";
import { type ConsoleFile, readConsoleFiles } from "../../../tools/seeding/console-files";

const config: ConsoleConfig = {
  apiUrl: "https://abc.execute-api.eu-west-1.amazonaws.com",
  region: "eu-west-1",
  version: "0.2.0",
  auth: {
    authority: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc",
    clientId: "client",
    authorizeUrl: "https://opencomposer-dev-123456789012.auth.eu-west-1.amazoncognito.com/oauth2/authorize",
    tokenUrl: "https://opencomposer-dev-123456789012.auth.eu-west-1.amazoncognito.com/oauth2/token",
    logoutUrl: "https://opencomposer-dev-123456789012.auth.eu-west-1.amazoncognito.com/logout",
    jwksUrl: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc/.well-known/jwks.json",
    scope: "openid email",
  },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-console-"));
  write("index.html", "<!doctype html>\n<html>\n  <head>\n    <title>A</title>\n  </head>\n</html>\n");
  write("assets/index-1.js", "start();");
  write("assets/index-1.css", "body {}");
  write("sounds/000.sf3", "sound");
  write(".vite/manifest.json", "{}");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const textOf = (files: readonly ConsoleFile[], path: string): string =>
  String(files.find((file) => file.path === path)?.body);

describe("the files", () => {
  test("come before what names them, without the build's manifest", () => {
    expect(readConsoleFiles(folder, config, { workBucket: "opencomposer-dev-work" }).map(({ path }) => path)).toEqual([
      "/assets/index-1.css",
      "/assets/index-1.js",
      "/sounds/000.sf3",
      "/config.json",
      "/index.html",
    ]);
  });

  test("hold no excerpts of music whose files have no license of their own", () => {
    write("bach-excerpts.json", JSON.stringify({ source: "s", license: "l", excerpts: [{ notes: [] }] }));
    const published = JSON.parse(
      textOf(readConsoleFiles(folder, config, { workBucket: "opencomposer-dev-work" }), "/bach-excerpts.json"),
    ) as unknown;
    expect(published).toEqual({ source: "", license: "", excerpts: [] });
  });

  test("are a page that may talk to this API, this sign-in and this bucket only, and what it is told", () => {
    const files = readConsoleFiles(folder, config, { workBucket: "opencomposer-dev-work" });
    expect(textOf(files, "/index.html")).toContain(
      '<head>\n    <meta http-equiv="Content-Security-Policy" content="connect-src \'self\' ' +
        "https://abc.execute-api.eu-west-1.amazonaws.com https://opencomposer-dev-123456789012.auth.eu-west-1.amazoncognito.com " +
        'https://opencomposer-dev-work.s3.eu-west-1.amazonaws.com" />',
    );
    expect(JSON.parse(textOf(files, "/config.json"))).toEqual(config);
  });

  test("have a type each, and a file of an unknown one is refused by its name", () => {
    write("assets/strange.xyz", "?");
    expect(() => readConsoleFiles(folder, config, { workBucket: "opencomposer-dev-work" })).toThrow(
      /strange\.xyz has the ending "\.xyz"/,
    );
  });

  test("are refused where no console is built, or where the page has no head", () => {
    write("index.html", "<p>not a page</p>");
    expect(() => readConsoleFiles(folder, config, { workBucket: "opencomposer-dev-work" })).toThrow(
      "must have one <head>",
    );
    rmSync(join(folder, "index.html"));
    expect(() => readConsoleFiles(folder, config, { workBucket: "opencomposer-dev-work" })).toThrow("ENOENT");
  });
});
