/**
 * Builds the images of the deploy without Docker, as `npm run images:push -- --with buildah` does, but on a base of
 * Debian packages in place of the registry's image, which has the same Debian and the same version of Python.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { ImageBuild } from "./deployed-builds";
import { pushImage } from "./image-push";
import { outputOf, runLogged } from "./programs";

/** What an image says about how it is started. */
const imageConfigSchema = z.looseObject({
  OCIv1: z.looseObject({
    config: z.looseObject({
      User: z.string().default(""),
      Env: z.array(z.string()).default([]),
      Entrypoint: z.array(z.string()),
      Cmd: z.array(z.string()).default([]),
      WorkingDir: z.string(),
    }),
  }),
});
export type ImageConfig = z.infer<typeof imageConfigSchema>["OCIv1"]["config"];

/** An image that is built and pushed, with its files laid out in a folder. */
export interface BuiltImage {
  readonly tag: string;
  /** The digest by which the registry knows it. */
  readonly digest: string;
  readonly config: ImageConfig;
  readonly root: string;
}

const debianMirror = "http://deb.debian.org/debian";
const plainHttp = "--tls-verify=false";
const certificates = "/etc/ssl/certs/ca-certificates.crt";

export class ImageBuilder {
  static readonly baseTag = "localhost/python-base";
  /** The tag of every image in the registry. */
  static readonly pushedTag = "latest";
  /** The files of the base image. */
  readonly base: string;
  private readonly folder: string;
  private readonly storage: readonly string[];
  /** The folder of wheels that pip of this machine is told to look in, for what no registry here has. */
  private readonly wheels: string | undefined;

  constructor(folder: string, environment: NodeJS.ProcessEnv = process.env) {
    this.folder = folder;
    this.base = join(folder, "base");
    this.storage = [
      "--root",
      join(folder, "storage"),
      "--runroot",
      join(folder, "run"),
      // No kernel feature is needed, and each image is one plain folder.
      "--storage-driver",
      "vfs",
    ];
    const wheels = environment["PIP_FIND_LINKS"];
    this.wheels = wheels !== undefined && existsSync(wheels) ? wheels : undefined;
  }

  /**
   * Makes the base image: Debian's own Python under the names and paths of Docker's official image. Where the folder
   * has its files from an earlier run, they are used.
   */
  async makeBase(): Promise<void> {
    if (!existsSync(join(this.base, "usr/local/bin/pip"))) {
      mkdirSync(this.folder, { recursive: true });
      const packages = "--include=python3,python3-venv,ca-certificates";
      await runLogged(
        "debootstrap",
        ["--variant=minbase", packages, "bookworm", this.base, debianMirror],
        join(this.folder, "debootstrap.log"),
      );
      // The official image has its Python in /usr/local. Debian's refuses to be changed by pip, an environment does not.
      const made = spawnSync("chroot", [this.base, "/usr/bin/python3", "-m", "venv", "/usr/local"], {
        encoding: "utf8",
      });
      if (made.status !== 0) throw new Error(`Python's environment in the base image was not made: ${made.stderr}`);
      for (const rest of ["var/cache/apt/archives", "var/lib/apt/lists"]) {
        rmSync(join(this.base, rest), { recursive: true, force: true });
      }
    }
    // The way in which this machine reaches PyPI.
    if (existsSync(certificates)) copyFileSync(certificates, join(this.base, certificates));
    const findLinks = this.wheels === undefined ? [] : [`find-links = ${this.wheels}`];
    writeFileSync(
      join(this.base, "etc/pip.conf"),
      ["[global]", `cert = ${certificates}`, "retries = 1", ...findLinks, ""].join("\n"),
    );
    const container = this.buildah("from", "scratch");
    this.buildah("copy", "--quiet", container, this.base, "/");
    this.buildah("config", "--env", "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", container);
    this.buildah("commit", "--quiet", "--rm", "--format", "docker", container, ImageBuilder.baseTag);
  }

  /**
   * Builds an image and pushes it to a registry of this machine that speaks plain HTTP, as `npm run images:push` does.
   * Lays out the files of what was pushed.
   */
  async push(build: ImageBuild, registry: string): Promise<BuiltImage> {
    const repository = `${registry}/${build.name}`;
    const digest = await pushImage({
      build,
      program: "buildah",
      repository,
      tag: ImageBuilder.pushedTag,
      base: ImageBuilder.baseTag,
      logFolder: this.folder,
      machine: {
        program: this.storage,
        build: [
          "--isolation",
          "chroot",
          ...(this.wheels === undefined ? [] : ["--volume", `${this.wheels}:${this.wheels}:ro`]),
        ],
        push: [plainHttp],
      },
    });
    const tag = `${repository}:${ImageBuilder.pushedTag}`;
    const inspected: unknown = JSON.parse(this.buildah("inspect", "--type", "image", tag));
    const container = this.buildah("from", tag);
    return {
      tag,
      digest,
      config: imageConfigSchema.parse(inspected).OCIv1.config,
      root: this.buildah("mount", container),
    };
  }

  /** Pushes the base image in the OCI format, which SageMaker is reported to refuse. */
  pushBaseAsOci(registry: string, name: string): void {
    const to = `docker://${registry}/${name}:${ImageBuilder.pushedTag}`;
    this.buildah("push", "--quiet", plainHttp, "--format", "oci", ImageBuilder.baseTag, to);
  }

  /** Removes an image and its files. */
  remove({ tag }: BuiltImage): void {
    this.buildah("rm", "--all");
    this.buildah("rmi", "--force", tag);
    this.buildah("rmi", "--prune", "--force");
  }

  private buildah(...args: string[]): string {
    return outputOf("buildah", [...this.storage, ...args]);
  }
}
