/** What is signed into the URL of an upload. MiniStack accepts uploads that AWS refuses, so only this test protects it. */
import { createS3Client } from "../../../lambdas/aws/clients";
import { createUploadSigner } from "../../../lambdas/stores/upload-urls";
import { patience } from "../../../naming/time-limits";

const now = () => new Date("2026-01-31T12:00:00.000Z");
const sha256 = "07".repeat(32);

beforeAll(() => {
  Object.assign(process.env, {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "x".repeat(40),
    AWS_SESSION_TOKEN: "t".repeat(300),
  });
});

const sign = async () =>
  await createUploadSigner({ client: createS3Client(patience.request.s3), bucket: "a-bucket", now }).signUpload({
    ...{ key: "incoming/alice/datasets/A/07", bytes: 123, sha256, expiresInSeconds: 900 },
  });

test("34: the URL is bound to the key, the length, the digest and one use, and to nothing else", async () => {
  const { url, headers, expiresAt } = await sign();
  const { pathname, searchParams } = new URL(url);
  expect(pathname).toBe("/incoming/alice/datasets/A/07");
  expect([...searchParams.keys()].sort()).toEqual([
    ...["X-Amz-Algorithm", "X-Amz-Content-Sha256", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires"],
    ...["X-Amz-Security-Token", "X-Amz-Signature", "X-Amz-SignedHeaders", "x-id"],
  ]);
  expect(searchParams.get("X-Amz-SignedHeaders")).toBe("content-length;host;if-none-match;x-amz-checksum-sha256");
  expect(searchParams.get("X-Amz-Expires")).toBe("900");
  expect(headers).toEqual({
    "x-amz-checksum-sha256": Buffer.alloc(32, 7).toString("base64"),
    "if-none-match": "*",
  });
  expect(expiresAt).toBe("2026-01-31T12:15:00.000Z");
});
