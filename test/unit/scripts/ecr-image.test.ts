/** The URIs of images in ECR, and what ECR has of them. */
import { type BatchGetImageCommandInput, ImageNotFoundException } from "@aws-sdk/client-ecr";
import { parseEcrImage, parseEcrRepository, readManifest } from "../../../scripts/images/ecr-image";

const repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/music/opencomposer";
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

test("a repository of ECR is read from its URI, and one elsewhere is none", () => {
  expect(parseEcrRepository(repository)).toEqual({
    registryId: "123456789012",
    region: "eu-west-1",
    repositoryName: "music/opencomposer",
  });
  for (const other of ["127.0.0.1:5000/opencomposer", "ghcr.io/music/opencomposer", `${repository}:t`]) {
    expect(parseEcrRepository(other)).toBeUndefined();
  }
});

test("an image has a tag or a digest", () => {
  const place = { registryId: "123456789012", repositoryName: "music/opencomposer" };
  expect(parseEcrImage(`${repository}:t1`)).toEqual({ ...place, imageTag: "t1" });
  expect(parseEcrImage(`${repository}@${digest}`)).toEqual({ ...place, imageDigest: digest });
  expect(parseEcrImage(repository)).toBeUndefined();
  expect(parseEcrImage("ghcr.io/music/opencomposer:t1")).toBeUndefined();
});

describe("what ECR has of an image", () => {
  const image = { registryId: "123456789012", repositoryName: "opencomposer", imageTag: "t1" };
  const asked: BatchGetImageCommandInput[] = [];
  const ecrOf = (response: () => unknown): Parameters<typeof readManifest>[0] => ({
    send: async ({ input }: { readonly input: BatchGetImageCommandInput }) => {
      asked.push(input);
      return await Promise.resolve(response());
    },
  });

  test("is its digest and the media type of its manifest, which is asked for in every format", async () => {
    const imageManifestMediaType = "application/vnd.oci.image.index.v1+json";
    const ecr = ecrOf(() => ({ images: [{ imageId: { imageDigest: digest }, imageManifestMediaType }] }));
    expect(await readManifest(ecr, image)).toEqual({ digest, mediaType: imageManifestMediaType });
    expect(asked.at(-1)?.acceptedMediaTypes).toContain(imageManifestMediaType);
  });

  test("is nothing, if it has no such tag", async () => {
    expect(
      await readManifest(
        ecrOf(() => ({ images: [], failures: [{}] })),
        image,
      ),
    ).toBeUndefined();
    const missing = new ImageNotFoundException({ message: "none", $metadata: {} });
    const refuse = (): never => {
      throw missing;
    };
    expect(await readManifest(ecrOf(refuse), image)).toBeUndefined();
  });

  test("is not known, if it refuses to say", async () => {
    const refuse = (): never => {
      throw new Error("AccessDenied");
    };
    await expect(readManifest(ecrOf(refuse), image)).rejects.toThrow("AccessDenied");
  });
});
