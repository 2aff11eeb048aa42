/** Asks the registry for the image that all of ours are built upon. A digest that it does not have stops the first build. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";
import { type Finding, right, skipped, wrong } from "./finding";

/** What the registry has responded: the platforms of the image, or the reason why there is no response. */
type RegistryResponse =
  { readonly platforms: readonly string[] } | { readonly missing: string } | { readonly notAsked: string };

const indexSchema = z.object({
  manifests: z.array(z.object({ platform: z.object({ os: z.string(), architecture: z.string() }).optional() })),
});

/** What Node throws about a program that failed, and what JSON.parse throws, which has printed nothing. */
const failureSchema = z.object({ message: z.string(), stderr: z.string().default("") });

/** Returns the platforms in an index of images, which is what a registry has under the digest of a base image. */
function platformsIn(index: string): readonly string[] {
  return indexSchema
    .parse(JSON.parse(index))
    .manifests.flatMap(({ platform }) => (platform === undefined ? [] : [`${platform.os}/${platform.architecture}`]));
}

/** @param stderr what `docker buildx imagetools inspect` has printed that failed */
export const isMissing = (stderr: string): boolean => /@sha256:[0-9a-f]{64}: not found|manifest unknown/i.test(stderr);

/** @param docker the program that the CDK builds images with */
export async function askRegistry(docker: string, image: string): Promise<RegistryResponse> {
  try {
    const args = ["buildx", "imagetools", "inspect", "--raw", image];
    const { stdout } = await promisify(execFile)(docker, args, { timeout: 60_000 });
    return { platforms: platformsIn(stdout) };
  } catch (error) {
    // The program may be missing or know no buildx, and the registry may be out of reach: then nothing is known.
    const { message, stderr: printed } = failureSchema.parse(error);
    const said = printed.trim() === "" ? message : printed.trim();
    const [reason = ""] = said.split("\n");
    return isMissing(printed) ? { missing: reason } : { notAsked: reason };
  }
}

export function checkBaseImage(image: string, response: RegistryResponse): Finding {
  const check = `base image ${image}`;
  if ("notAsked" in response) return skipped(check, `the registry was not asked: ${response.notAsked}`);
  const renew = "Name another digest in sagemaker-containers/Dockerfile; its comment has the command.";
  if ("missing" in response) return wrong(check, `the registry does not have it (${response.missing})`, renew);
  return response.platforms.includes("linux/amd64")
    ? right(check, "the registry has it for linux/amd64")
    : wrong(check, `the registry has it for ${response.platforms.join(", ") || "no platform"} only`, renew);
}
