/** What `npm run token` says about a stage on AWS, where nobody can be signed in without a browser. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../../..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-token-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function token(options: readonly string[]): {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", join(repository, "scripts/token.ts"), ...options],
    { cwd: repository, encoding: "utf8", env: { ...process.env, OPENCOMPOSER_LOCAL_DIR: folder } },
  );
  return { status, out: stdout, error: stderr };
}

test("a stage on AWS gets the sign-in page and the exchange, held together by one verifier", () => {
  const file = join(folder, "outputs.json");
  const signInUrl = "https://opencomposer-dev-123.auth.eu-west-1.amazoncognito.com";
  writeFileSync(
    file,
    JSON.stringify({ "opencomposer-dev-Api": { UserPoolClientId: "client1", UserPoolDomainUrl: signInUrl } }),
  );
  const { status, out } = token(["--stage", "dev", "--outputs-file", file]);
  expect(status).toBe(0);
  const page = new URL(/\S*\/oauth2\/authorize\S*/.exec(out)?.[0] ?? "");
  expect(page.origin).toBe(signInUrl);
  const verifier = /code_verifier=(\S+)/.exec(out)?.[1] ?? "";
  expect(Object.fromEntries(page.searchParams)).toMatchObject({
    response_type: "code",
    client_id: "client1",
    redirect_uri: "http://localhost:5173/",
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  });
  expect(out).toContain(`${signInUrl}/oauth2/token -d grant_type=authorization_code -d client_id=client1`);
});

test.each([
  ["no local cloud is up", [], /No local cloud is up: .*npm start/],
  ["the stage is unknown", ["--stage", "staging"], /--stage must be one of local, dev, prod, not staging\./],
  ["the user is unknown", ["--user", "bach"], /--user must be demo or second, not bach\./],
  [
    "there are no outputs",
    ["--stage", "prod", "--outputs-file", "/no/file.json"],
    /written by the deploy: npx cdk deploy/,
  ],
])("it says what to do where %s", (_, options, message) => {
  rmSync(join(folder, "outputs.json"), { force: true });
  const { status, out, error } = token(options);
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(error).toMatch(message);
});
