import type { StackName } from "./synthesize";

/** A way in which the templates of `local` and `prod` may differ, and why. docs/local-and-aws.md shows this list. */
export interface PermittedDifference {
  /** Type of the resources; `*` means any. */
  readonly type: string;
  /** The part of the path inside the resource, as a regular expression. Absent if the whole resource differs. */
  readonly path?: RegExp;
  /** The name of the difference in the table. */
  readonly what: string;
  readonly local: string;
  readonly aws: string;
  readonly why: string;
}

/** Stacks that `local` does not have, and why. */
export const stacksOnAwsOnly = {
  Console: "the local start serves the console at a port of its own; MiniStack's CloudFront serves nothing",
  Inference: "MiniStack refuses its resource types",
  Observability: "MiniStack refuses its resource types",
} as const satisfies Partial<Record<StackName, string>>;

export const permittedDifferences: readonly PermittedDifference[] = [
  {
    type: "*",
    path: /^(?:DeletionPolicy|UpdateReplacePolicy|Properties\/DeletionProtection(?:Enabled)?)$/,
    what: "Removal of data",
    local: "deleted with its stack",
    aws: "`prod` retains it and protects it from deletion; `dev` is as `local`",
    why: "a local cloud is made anew at will",
  },
  {
    type: "AWS::Logs::LogGroup",
    path: /^Properties\/RetentionInDays$/,
    what: "Log retention",
    local: "7 days",
    aws: "14 or 90 days",
    why: "stage setting",
  },
  {
    type: "AWS::Lambda::Function",
    path: /^Properties\/Environment\/Variables\/(?:STAGE|USER_QUOTAS|TRAINING_SETTINGS|RUNTIME_LIMIT_SECONDS)/,
    what: "Values of function variables",
    local: "the stage's name, quotas, training settings, local image names",
    aws: "the same variables with the stage's values",
    why: "stage settings; which variables there are is the same",
  },
  {
    type: "AWS::Cognito::UserPoolClient",
    path: /^Properties\/(?:ExplicitAuthFlows|CallbackURLs|LogoutURLs)$/,
    what: "How people sign in",
    local: "USER_PASSWORD_AUTH besides; the code goes to this machine",
    aws: "authorization code with PKCE; SRP, which sends no password",
    why: "tests and scripts sign in without a browser",
  },
  {
    type: "AWS::Cognito::UserPoolDomain",
    what: "Host of the sign-in page",
    local: "none",
    aws: "a managed login domain",
    why: "MiniStack serves its page at its own endpoint",
  },
  {
    type: "AWS::Cognito::ManagedLoginBranding",
    what: "Style of the sign-in page",
    local: "none",
    aws: "Cognito's own",
    why: "MiniStack refuses the type",
  },
  {
    type: "AWS::ApiGatewayV2::Stage",
    path: /^Properties\/(?:DefaultRouteSettings|RouteSettings\/.+)\/Throttling(?:Rate|Burst)Limit$/,
    what: "Throttles",
    local: "lower numbers, which MiniStack ignores",
    aws: "the stage's numbers",
    why: "stage setting",
  },
  {
    type: "AWS::ApiGatewayV2::Api",
    path: /^Properties\/CorsConfiguration\/AllowOrigins$/,
    what: "Origins that browsers may call from",
    local: "every origin",
    aws: "`prod` has those of its deployer; `dev` is as `local`",
    why: "stage setting",
  },
  {
    type: "AWS::S3::Bucket",
    path: /^Properties\/CorsConfiguration\/CorsRules$|^Properties\/CorsConfiguration\/CorsRules\/\d+\/AllowedOrigins$/,
    what: "Origins that browsers may fetch compositions from",
    local: "every origin",
    aws: "as above",
    why: "stage setting",
  },
  {
    type: "AWS::IAM::Policy",
    path: /^Properties\/PolicyDocument\/Statement\/\d+\/ecr:/,
    what: "Permission to pull the training image",
    local: "none",
    aws: "on the image's own repository",
    why: "the local SageMaker server starts the entry point without an image",
  },
  {
    type: "AWS::ECR::Repository",
    what: "Repository of images",
    local: "none",
    aws: "one for images that are named by digest",
    why: "the local SageMaker server pulls nothing",
  },
  {
    type: "AWS::Events::Rule",
    path: /^Properties\/ScheduleExpression$/,
    what: "How often the reconciler runs",
    local: "every minute (the local start also calls it every few seconds)",
    aws: "every 5 minutes",
    why: "stage setting; a minute is the minimum of a schedule",
  },
  {
    type: "AWS::Events::Rule",
    path: /^Properties\/EventPattern\/source$/,
    what: "Source of training job events",
    local: "`aws.sagemaker` and `opencomposer.local.sagemaker`",
    aws: "`aws.sagemaker`",
    why: "the bus takes events of `aws.…` from AWS alone, so the local SageMaker server has its own source",
  },
];

/** The two tables of docs/local-and-aws.md, between its markers. */
export function renderPermittedDifferences(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    "Stacks that are only on AWS:",
    "",
    ...Object.entries(stacksOnAwsOnly).map(([name, why]) => `- \`${name}\`: ${why}`),
    "",
    row(["What differs", "Where", "local", "AWS", "Why"]),
    row(["---", "---", "---", "---", "---"]),
    ...permittedDifferences.map(({ what, type, local, aws, why }) =>
      row([what, type === "*" ? "any type" : `\`${type}\``, local, aws, why]),
    ),
  ].join("\n");
}
