/** The checks of `npm run doctor`. Each is a function of what it was told, and asks nothing itself. */
import { endpointTotals, type StageConfig } from "../../lib/config/stage-config";
import { type Stage, trainedTechniqueIds } from "../../naming/resource-names";
import type { ConsoleDifference } from "../../tools/seeding/console-files";
import { deployCommand, type DescribedStack, type StackName, stackName } from "../../tools/stacks/deployed-stage";
import { dockerMediaTypes, refusedManifest } from "../images/stored-image";
import { type Finding, right, skipped, wrong } from "./finding";

const oldestNode = [20, 11] as const;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const isNewEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return isNewEnough ? right("Node", version) : wrong("Node", version, `Install ${oldestNode.join(".")} or newer.`);
}

export interface Docker {
  readonly version: string;
  /** True: it keeps its images in containerd, which by itself pushes them in the OCI format. */
  readonly usesContainerd: boolean;
}

/** The deploy builds images with Docker, unless all of them are in ECR already. */
export const buildsImages = ({ images }: Pick<StageConfig, "images">): boolean =>
  trainedTechniqueIds.some((technique) => Object.values(images[technique]).some(({ kind }) => kind === "build"));

export function checkDocker(docker: Docker | undefined, config: Pick<StageConfig, "images">): Finding {
  if (!buildsImages(config)) return skipped("Docker", "this stage builds no image");
  if (docker === undefined) {
    return wrong(
      "Docker",
      "it does not respond",
      "Start it, name another program in CDK_DOCKER, or give the URIs of images that are in ECR already (docs/deploy.md, images).",
    );
  }
  const store = docker.usesContainerd ? "containerd's image store" : "its own image store";
  return right("Docker", `${docker.version} with ${store}; the check of the images says which format was pushed`);
}

/** The version of the bootstrap stack that assets with a role of their own need. */
const oldestBootstrap = 6;
/** The version whose roles may roll a stack back (CDK reference, cdk rollback). */
const oldestBootstrapWithRollback = 23;

export function checkBootstrap(version: number | undefined, qualifier: string): Finding {
  if (version === undefined) {
    const found = `this account and Region have no bootstrap with the qualifier ${qualifier}`;
    return wrong(
      "bootstrap of the CDK",
      found,
      "Run: npx cdk bootstrap (docs/deploy.md, an account with guardrails, says how a bootstrap of another qualifier is used)",
    );
  }
  return version >= oldestBootstrap
    ? right("bootstrap of the CDK", `version ${version}`)
    : wrong(
        "bootstrap of the CDK",
        `version ${version}`,
        `Run npx cdk bootstrap for version ${oldestBootstrap} or newer.`,
      );
}

/**
 * Returns what to do about a stack whose last deploy has failed. The CDK deletes a stack whose first deploy failed before
 * it deploys it again, unless the stack is protected; it takes a protection off for nobody, and turns it on before it
 * makes the first resource.
 */
function afterFailure(params: {
  readonly stage: Stage;
  readonly name: StackName;
  readonly stack: DescribedStack;
}): string {
  const { stage, name, stack } = params;
  const whole = stackName(stage, name);
  const deploy = deployCommand(stage);
  const ofStack = `--stack-name ${whole}`;
  const unprotect = `aws cloudformation update-termination-protection --no-enable-termination-protection ${ofStack} && `;
  const remove = `${stack.isProtected ? unprotect : ""}aws cloudformation delete-stack ${ofStack}`;
  const reason = `Its reason: aws cloudformation describe-stack-events ${ofStack}.`;
  switch (stack.status) {
    case "CREATE_FAILED":
    case "ROLLBACK_COMPLETE":
    case "ROLLBACK_FAILED": {
      const isDeletedByCdk = stack.status !== "CREATE_FAILED" && !stack.isProtected;
      const next = isDeletedByCdk
        ? `. Mend the reason and deploy again, which deletes the failed stack first: ${deploy}`
        : `, and the stack must be deleted before the next: ${remove} && aws cloudformation wait stack-delete-complete ${ofStack}. ` +
          `Then mend the reason, and deploy again: ${deploy}`;
      return `${reason} Its first deploy failed${next}. What the failed deploy left is listed by --leftovers.`;
    }
    case "UPDATE_ROLLBACK_FAILED":
    case "UPDATE_FAILED": {
      const withoutCdk = stack.status === "UPDATE_FAILED" ? "rollback-stack" : "continue-update-rollback";
      return `${reason} Mend the reason, finish the rollback: npx cdk rollback ${whole} -c stage=${stage}, or, where the bootstrap is older than version ${oldestBootstrapWithRollback}, aws cloudformation ${withoutCdk} ${ofStack}, and deploy again: ${deploy}`;
    }
    default:
      return `${reason} Delete it again when the reason is gone: ${remove}`;
  }
}

/** Before the first deploy nothing is there, and nothing is wrong with that. */
export const notDeployed = (stage: Stage): Finding =>
  skipped(
    `stage ${stage}`,
    `not deployed yet: no stacks, images, endpoints and seed. The deploy makes them: ${deployCommand(stage)}, ` +
      `and after it npm run seed -- --stage ${stage}; what has to be right before it is above`,
  );

/** @param missing the outputs that the commands of operators need and the stack does not have */
export function checkStack(params: {
  readonly stage: Stage;
  readonly name: StackName;
  readonly stack: DescribedStack | undefined;
  readonly missing: readonly string[];
}): Finding {
  const { stage, name, stack, missing } = params;
  const whole = stackName(stage, name);
  const deploy = deployCommand(stage);
  const check = `stack ${whole}`;
  if (stack === undefined) return wrong(check, "there is none", `Deploy it: ${deploy}`);
  if (stack.status === "ROLLBACK_COMPLETE" || stack.status.endsWith("_FAILED")) {
    return wrong(check, stack.status, afterFailure({ stage, name, stack }));
  }
  if (!/^(?:CREATE|UPDATE|IMPORT)_COMPLETE$/.test(stack.status)) {
    return wrong(check, stack.status, `Its last deploy has not succeeded. Deploy it again: ${deploy}`);
  }
  if (missing.length > 0)
    return wrong(check, `it lacks the output ${missing.join(", ")}`, `Deploy it again: ${deploy}`);
  return right(check, stack.status);
}

/** A quota of the account in this Region. */
export interface Quota {
  readonly name: string;
  readonly value: number;
}

/** Service Quotas lists some thousand quotas of SageMaker, so they are found by their names. */
function checkQuota(params: {
  readonly quotas: readonly Quota[];
  readonly isMeant: (name: string) => boolean;
  /** The name as it is shown where the quota was not found. */
  readonly name: string;
  readonly service: string;
  readonly needed: number;
  readonly what: string;
}): Finding {
  const { quotas, isMeant, service, needed, what } = params;
  const quota = quotas.find(({ name }) => isMeant(name));
  const check = `quota "${quota?.name ?? params.name}"`;
  const ask = `Ask for ${needed} or more in Service Quotas, ${service}. A new value counts some minutes after it was granted.`;
  if (quota === undefined)
    return wrong(check, "Service Quotas has none of this name here", `Look it up in the console. ${ask}`);
  return quota.value >= needed
    ? right(check, `${quota.value}, needed are ${needed} for ${what}`)
    : wrong(check, `${quota.value}, needed are ${needed} for ${what}`, ask);
}

/** The quotas that training takes from. Spot machines and others have quotas of their own. */
export function checkTrainingQuota(quotas: readonly Quota[], { training }: Pick<StageConfig, "training">): Finding {
  const { instanceType, useSpot, slots } = training;
  const name = `${instanceType} for ${useSpot ? "spot " : ""}training job usage`;
  return checkQuota({
    quotas,
    isMeant: (found) => found.toLowerCase() === name.toLowerCase(),
    name,
    service: "Amazon SageMaker",
    needed: slots,
    what: "the training slots of this stage",
  });
}

/** All serverless endpoints of an account and Region share one pool. */
export function checkServerlessPool(quotas: readonly Quota[], { endpoints }: Pick<StageConfig, "endpoints">): Finding {
  const name = "Maximum total concurrency that can be allocated across all serverless endpoints";
  const { serverlessConcurrency: needed } = endpointTotals(endpoints ?? {});
  if (needed === 0) return skipped(`quota "${name}"`, "this stage has no serverless endpoint");
  return checkQuota({
    quotas,
    isMeant: (found) => /total concurrency.*serverless/i.test(found),
    name,
    service: "Amazon SageMaker",
    needed,
    what: "the endpoints of this stage, beside those of other stages",
  });
}

/** Machines that run day and night have a quota for each instance type, which is 0 in many accounts. */
export function checkEndpointQuotas(
  quotas: readonly Quota[],
  { endpoints }: Pick<StageConfig, "endpoints">,
): readonly Finding[] {
  const needed = new Map<string, number>();
  for (const technique of trainedTechniqueIds) {
    const endpoint = endpoints?.[technique];
    if (endpoint?.kind !== "realTime") continue;
    needed.set(endpoint.instanceType, (needed.get(endpoint.instanceType) ?? 0) + endpoint.instanceCount);
  }
  return [...needed].map(([instanceType, count]) => {
    const name = `${instanceType} for endpoint usage`;
    return checkQuota({
      quotas,
      isMeant: (found) => found.toLowerCase() === name.toLowerCase(),
      name,
      service: "Amazon SageMaker",
      needed: count,
      what: "the real-time endpoints of this stage, beside those of other stages",
    });
  });
}

/** Lambda leaves this many executions to functions without a reservation, and refuses to reserve any of them. */
const unreservedExecutions = 100;
/** A function of the API, of the queue, of the workflow and of the events each need one now and then. */
const executionsAtLeast = 10;

export function checkLambdaConcurrency(
  quotas: readonly Quota[],
  { functions }: Pick<StageConfig, "functions">,
): Finding {
  const { dispatchWork = 0, executeComposition = 0 } = functions.reservedConcurrency;
  const reserved = dispatchWork + executeComposition;
  return checkQuota({
    quotas,
    isMeant: (found) => found === "Concurrent executions",
    name: "Concurrent executions",
    service: "AWS Lambda",
    needed: reserved === 0 ? executionsAtLeast : reserved + unreservedExecutions,
    what:
      reserved === 0
        ? "the functions of this stage"
        : `${reserved} reserved executions and the ${unreservedExecutions} that Lambda keeps free`,
  });
}

export interface EndpointState {
  readonly status: string;
  /** The name of the configuration that it serves with. */
  readonly configuration: string | undefined;
  readonly failureReason: string | undefined;
}

/** @param deployed the names of the configurations that the stack Inference has; none where it has not said so */
export function checkEndpoint(name: string, endpoint: EndpointState | undefined, deployed: readonly string[]): Finding {
  const check = `endpoint ${name}`;
  if (endpoint === undefined)
    return wrong(check, "there is none", "Deploy the stack Inference; nothing can be composed without it.");
  const why = endpoint.failureReason === undefined ? "" : ` (${endpoint.failureReason})`;
  if (endpoint.status === "InService") {
    // SageMaker goes back to the configuration before where a new one fails, and the endpoint is in service again.
    const { configuration = "of no name" } = endpoint;
    if (deployed.length === 0 || deployed.includes(configuration)) return right(check, `${endpoint.status}${why}`);
    return wrong(
      check,
      `${endpoint.status}${why} with the configuration ${configuration}, the stack has ${deployed.join(", ")}`,
      "SageMaker did not take the last update. Read its log (docs/runbook.md, failed compositions), mend the reason and deploy again.",
    );
  }
  return wrong(
    check,
    `${endpoint.status}${why}`,
    "Compositions wait for it. Its log: docs/runbook.md, failed compositions.",
  );
}

/** The manifest of an image that a stack's template names. */
export interface ImageManifest {
  readonly image: string;
  /** Undefined: the repository has no such image. */
  readonly mediaType: string | undefined;
}

/** SageMaker hosting is reported to refuse images in the OCI format (aws/amazon-sagemaker-feedback#180). */
export function checkImage({ image, mediaType }: ImageManifest): Finding {
  const check = `image ${image}`;
  if (mediaType === undefined)
    return wrong(check, "the repository does not have it", "Deploy again; it is pushed then.");
  return refusedManifest(mediaType).length === 0
    ? right(check, mediaType)
    : wrong(
        check,
        mediaType,
        `SageMaker hosting is reported to refuse everything but ${dockerMediaTypes.manifest} (aws/amazon-sagemaker-feedback#180). See "Docker's image format" in docs/deploy.md.`,
      );
}

/** @param difference of the bucket's files from those that this checkout has built */
export function checkConsoleFiles(difference: ConsoleDifference, { seed }: { readonly seed: string }): Finding {
  const check = "console";
  const { missing, changed, old } = difference;
  if (missing.includes("/index.html")) return wrong(check, "it is not there", `Run: ${seed}`);
  const differing = missing.length + changed.length + old.length;
  if (differing === 0) return right(check, "the bucket has the files that this checkout has built");
  const [first] = [...missing, ...changed, ...old];
  return wrong(
    check,
    `the bucket lacks ${missing.length} files of this checkout, ${changed.length} have other content, and ${old.length} are of another version (${first}${differing > 1 ? " and others" : ""})`,
    `Run: ${seed}`,
  );
}

/** Something that `npm run seed` writes: a row, and objects with the content that the row promises. */
export interface SeededThing {
  readonly what: string;
  /** The digest that this checkout would write. */
  readonly expected: string;
  /** The digest in the row; undefined if there is no row. */
  readonly inRow: string | undefined;
  /** The digest of the object; undefined if there is no object. */
  readonly inBucket: string | undefined;
}

/** @param isBeingBuilt whether the local start is still making it */
export function checkSeeded(
  { what, expected, inRow, inBucket }: SeededThing,
  { seed, isBeingBuilt = false }: { readonly seed: string; readonly isBeingBuilt?: boolean },
): Finding {
  if (isBeingBuilt && inBucket === undefined) {
    return skipped(what, "the start is still building it; training jobs wait for it, composing does not");
  }
  const short = (digest: string): string => digest.slice(0, 12);
  if (inRow === undefined && inBucket === undefined) return wrong(what, "it is not there", `Run: ${seed}`);
  if (inRow === undefined) return wrong(what, "the table has no row of it", `Run: ${seed}`);
  if (inRow !== expected) {
    return wrong(
      what,
      `the table has ${short(inRow)}, this checkout has ${short(expected)}`,
      `Another version has seeded it. Run: ${seed}`,
    );
  }
  if (inBucket === undefined) return wrong(what, `the bucket does not have ${short(expected)}`, `Run: ${seed}`);
  if (inBucket !== expected) {
    return wrong(
      what,
      `the object is damaged: its sha256 is ${short(inBucket)}, its row says ${short(expected)}`,
      `Delete the object, then run: ${seed}`,
    );
  }
  return right(what, `sha256 ${short(expected)} in table and bucket`);
}
