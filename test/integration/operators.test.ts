/** The commands of operators, on a MiniStack that stands in for an account of AWS. */
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient, CreateLogGroupCommand, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolCommand,
  ListUserPoolsCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { datasetCache, repository } from "../../tools/repository";
import { committedDataset, isDatasetBuilt } from "../../tools/seeding/stock-dataset";
import { apiStack, readStackOutputs, type StageInCloud, storageStack } from "../../tools/stacks/deployed-stage";
import { enoughQuotas } from "../support/service-quotas";
import { apiTemplate, type OperatorsCloud, startOperatorsCloud, storageTemplate } from "./support/operators-cloud";

let cloud: OperatorsCloud;
let place: StageInCloud;
let cognito: CognitoIdentityProviderClient;
beforeAll(async () => {
  cloud = await startOperatorsCloud();
  place = { cloudFormation: new CloudFormationClient(cloud.settings), stage: "dev" };
  cognito = new CognitoIdentityProviderClient(cloud.settings);
});
afterAll(async () => {
  place.cloudFormation.destroy();
  cognito.destroy();
  await cloud.stop();
});

test("a stage that is not deployed is told with the command that deploys it, and nothing is written", async () => {
  const { status, out, error } = await cloud.run("seed", ["--stage", "dev"]);
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(error).toContain("There is no stack opencomposer-dev-Storage in this account and Region.");
  expect(error).toContain("npx cdk deploy --all -c stage=dev");
  expect(error).toContain("--region");
});

test("a stage that seed does not know is named with those that it does", async () => {
  const { status, error } = await cloud.run("seed", ["--stage", "local"]);
  expect(status).toBe(2);
  expect(error).toBe(
    '--stage is "local"; it must be one of dev, prod, as in npm run seed -- --stage dev. npm start seeds the local cloud itself.\n',
  );
});

describe("with the stacks of dev", () => {
  beforeAll(async () => {
    await cloud.createStack("opencomposer-dev-Storage", storageTemplate);
    await cloud.createStack("opencomposer-dev-Api", apiTemplate);
    await cloud.createStack("opencomposer-prod-Storage", {
      ...storageTemplate,
      Outputs: { TableName: storageTemplate.Outputs.TableName },
    });
  });

  test("a stack of an older version is told with the outputs that it lacks", async () => {
    await expect(readStackOutputs({ ...place, stage: "prod" }, storageStack)).rejects.toThrow(
      "The stack opencomposer-prod-Storage lacks the output ArtifactsBucketName, WorkBucketName. An older version",
    );
  });

  test("seed says where it writes, fills table and bucket, and changes nothing when it is repeated", async () => {
    // `pretest` builds the data set; seeding would build it, too, which takes minutes.
    expect(isDatasetBuilt(datasetCache, committedDataset(repository))).toBe(true);
    const { TableName, ArtifactsBucketName: Bucket } = await readStackOutputs(place, storageStack);
    const first = await cloud.run("seed", ["--stage", "dev"]);
    expect(first.error).toBe("");
    expect(first.out).toMatch(
      new RegExp(`^stage dev: account 000000000000, Region eu-west-1, table ${TableName}, bucket ${Bucket}\n`),
    );
    const table = DynamoDBDocumentClient.from(new DynamoDBClient(cloud.settings));
    const s3 = new S3Client(cloud.settings);
    const state = async () => ({
      rows: (await table.send(new ScanCommand({ TableName }))).Items?.map(
        ({ pk, sk }) => `${String(pk)} ${String(sk)}`,
      ).sort(),
      objects: (await s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key, LastModified }) => [
        Key,
        LastModified?.getTime(),
      ]),
    });
    const seeded = await state();
    expect(seeded.rows).toEqual([
      "CATALOGUE DATASET#bach-chorales",
      "CATALOGUE DATASET#game-rock-band",
      "STOCK MODEL#ar-cnn-bach",
      "STOCK MODEL#transformer-bach",
      "STOCK MODEL#unet-gan-bach",
      "STOCK MODEL#unet-gan-band",
    ]);
    // Three files of each data set, and four of each model: itself, its card and two pieces that it plays.
    expect(seeded.objects).toHaveLength(2 * 3 + 4 * 4);
    expect((await cloud.run("seed", ["--stage", "dev"])).status).toBe(0);
    expect(await state()).toEqual(seeded);
  });

  test("doctor names what is missing, ends with 1, and finds what seed has written", async () => {
    const { status, out, error } = await cloud.run("doctor", ["--stage", "dev"]);
    expect(status).toBe(1);
    expect(out).toContain("✓ stack opencomposer-dev-Storage: CREATE_COMPLETE");
    expect(out).toContain(
      "✗ stack opencomposer-dev-Training: there is none. Deploy it: npx cdk deploy --all -c stage=dev",
    );
    expect(out).toMatch(/✓ stock model unet-gan-bach: sha256 [0-9a-f]{12} in table and bucket/);
    expect(out).toMatch(/✓ data set bach-chorales: sha256 [0-9a-f]{12} in table and bucket/);
    expect(out).toMatch(/✓ data set game-rock-band: sha256 [0-9a-f]{12} in table and bucket/);
    expect(out).toMatch(
      /✗ bootstrap of the CDK: this account and Region have no bootstrap with the qualifier hnb659fds\. Run: npx cdk bootstrap/,
    );
    expect(error).toMatch(
      /^(?:still asking for the next check\n)*\d+ of \d+ checks found something that is wrong\.\n$/,
    );
  });

  test("doctor reads the quotas of the account, page by page, and its own value before AWS's default", async () => {
    const { out } = await cloud.run("doctor", ["--stage", "dev"]);
    expect(out).toContain('✓ quota "ml.m5.xlarge for training job usage": 4, needed are ');
    expect(out).toMatch(/✓ quota "Maximum total concurrency [^"]*": 10, needed are 6 /);
    expect(out).toContain('✓ quota "Concurrent executions": 1000, needed are ');
    cloud.quotas.set({ ...enoughQuotas, applied: { sagemaker: [["Concurrent executions", 5]] } });
    const without = await cloud.run("doctor", ["--stage", "dev"]);
    expect(without.out).toMatch(
      /✗ quota "ml\.m5\.xlarge for training job usage": 0, needed are \d+ .* Ask for \d+ or more/,
    );
    cloud.quotas.set({ defaults: { sagemaker: [] }, applied: {} });
    const unknown = await cloud.run("doctor", ["--stage", "dev"]);
    expect(unknown.out).toMatch(
      /✗ quotas: could not be checked: ServiceQuotas \w+ failed: There is no service lambda\. Check/,
    );
    expect(unknown.out).toContain("✓ stack opencomposer-dev-Storage");
    cloud.quotas.set(enoughQuotas);
  });

  test("doctor reads the format of each image that a deployed template names", async () => {
    const ecr = new ECRClient(cloud.settings);
    const repositoryName = "opencomposer";
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    const digests: string[] = [];
    for (const imageManifestMediaType of [
      "application/vnd.docker.distribution.manifest.v2+json",
      "application/vnd.oci.image.manifest.v1+json",
    ]) {
      const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType: imageManifestMediaType, layers: [] });
      const put = { repositoryName, imageManifest, imageManifestMediaType, imageTag: `t${digests.length}` };
      const stored = await ecr.send(new PutImageCommand(put));
      digests.push(stored.image?.imageId?.imageDigest ?? "none");
    }
    ecr.destroy();
    const host = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}";
    const images = [`opencomposer@${digests[0] ?? ""}`, "opencomposer:t1", "opencomposer:t2", "elsewhere:t0"];
    await cloud.createStack("opencomposer-dev-Training", {
      Resources: { Topic: { Type: "AWS::SNS::Topic" } },
      Outputs: Object.fromEntries(
        images.map((image, index) => [`Image${index}`, { Value: { "Fn::Sub": `${host}/${image}` } }]),
      ),
    });
    const lines = (await cloud.run("doctor", ["--stage", "dev"])).out
      .split("\n")
      .filter((line) => /^. image /.test(line));
    expect(lines).toEqual([
      `✓ image opencomposer@${(digests[0] ?? "").slice(0, 19)}: application/vnd.docker.distribution.manifest.v2+json`,
      expect.stringMatching(
        /^✗ image opencomposer:t1: application\/vnd\.oci\.image\.manifest\.v1\+json\. SageMaker hosting/,
      ),
      "✗ image opencomposer:t2: the repository does not have it. Deploy again; it is pushed then.",
      "✗ image elsewhere:t0: the repository does not have it. Deploy again; it is pushed then.",
    ]);
  });

  test("leftovers are what carries the stage's tag and no stack has", async () => {
    const s3 = new S3Client(cloud.settings);
    const tagged = async (Bucket: string, stage: string): Promise<void> => {
      await s3.send(new CreateBucketCommand({ Bucket }));
      const TagSet = [{ Key: "opencomposer:stage", Value: stage }];
      await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    };
    await tagged("left-of-dev", "dev");
    await tagged("left-of-prod", "prod");
    const { WorkBucketName } = await readStackOutputs(place, storageStack);
    const TagSet = [{ Key: "opencomposer:stage", Value: "dev" }];
    await s3.send(new PutBucketTaggingCommand({ Bucket: WorkBucketName, Tagging: { TagSet } }));
    const { out, error } = await cloud.run("doctor", ["--stage", "dev", "--leftovers"]);
    // MiniStack has no SageMaker. What cannot be listed hides nothing else.
    expect(error).toMatch(/^Could not be listed: training jobs \(SageMaker ListTrainingJobs failed: [^;]*\)$/m);
    expect(out).toContain("arn:aws:s3:::left-of-dev: S3 storage");
    expect(out).not.toContain("left-of-prod");
    expect(out).not.toContain(WorkBucketName);
  });

  test("the commands that the list prints remove what is left, and nothing else", async () => {
    const s3 = new S3Client(cloud.settings);
    const dynamodb = new DynamoDBClient(cloud.settings);
    const logs = new CloudWatchLogsClient(cloud.settings);
    const stage = { "opencomposer:stage": "prod" };
    const Tags = Object.entries(stage).map(([Key, Value]) => ({ Key, Value }));
    const Bucket = "with-versions";
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: Tags } }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    // One page of S3 has a thousand versions and delete markers.
    const keys = Array.from({ length: 400 }, (_, index) => `users/ada/models/${index} of "mine"`);
    for (const Body of ["first", "second"]) {
      await Promise.all(keys.map(async (Key) => await s3.send(new PutObjectCommand({ Bucket, Key, Body }))));
    }
    await Promise.all(keys.map(async (Key) => await s3.send(new DeleteObjectCommand({ Bucket, Key }))));
    const TableName = "protected";
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        Tags,
        DeletionProtectionEnabled: true,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      }),
    );
    const PoolName = "protected";
    await cognito.send(new CreateUserPoolCommand({ PoolName, DeletionProtection: "ACTIVE", UserPoolTags: stage }));
    // Lambda makes a function's log group by itself, and gives it no tags.
    const ofFunction = "/aws/lambda/opencomposer-prod-Storage-Emptied";
    for (const logGroupName of [ofFunction, "/aws/lambda/another"]) {
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
    }
    const bootstrapBucket = "cdk-hnb659fds-assets-000000000000-eu-west-1";
    await s3.send(new CreateBucketCommand({ Bucket: bootstrapBucket }));
    await s3.send(new PutObjectCommand({ Bucket: bootstrapBucket, Key: "bundle.zip", Body: "zip" }));
    const { out } = await cloud.run("doctor", ["--stage", "prod", "--leftovers"]);
    expect(out).toContain(`1 files in the bucket ${bootstrapBucket}: 0.00 GB`);
    expect(out).toContain(`log group ${ofFunction}: `);
    const commands = out.split("\n").filter((line) => line.startsWith("  "));
    expect(await cloud.type(commands)).toMatchObject({ status: 0, error: "" });
    const buckets = (await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);
    expect(buckets).not.toContain(Bucket);
    expect(buckets).toEqual(expect.arrayContaining(["left-of-dev", bootstrapBucket]));
    expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).not.toContain(TableName);
    const pools = (await cognito.send(new ListUserPoolsCommand({ MaxResults: 60 }))).UserPools;
    expect(pools?.map(({ Name }) => Name)).not.toContain(PoolName);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/lambda/" }));
    expect(logGroups.map(({ logGroupName }) => logGroupName)).toEqual(["/aws/lambda/another"]);
    for (const client of [s3, dynamodb, logs]) client.destroy();
  }, 300_000);

  describe("users", () => {
    const users = async (...options: string[]) => await cloud.run("users", [...options, "--stage", "dev"]);

    test("add makes a user with a verified address, and list shows it", async () => {
      const added = await users("add", "ada", "--email", "ada@example.org");
      expect(added).toMatchObject({
        status: 0,
        out: expect.stringMatching(
          /ada@example\.org\. It is good for 3 days; .* It comes from no-reply@verificationemail\.com/,
        ),
      });
      expect(added.error).toContain("stage dev: account 000000000000, Region eu-west-1, user pool ");
      expect((await users("list")).out).toMatch(
        /^ada {2}ada@example\.org {2}FORCE_CHANGE_PASSWORD {2}[0-9a-f-]{36}\n$/,
      );
    });

    test("a name that is taken is told with the command for a new password", async () => {
      const { status, error } = await users("add", "ada", "--email", "other@example.org");
      expect(status).toBe(1);
      expect(error).toContain('The username is "ada", which a user has already');
      expect(error).toContain("npm run users -- reset ada --stage dev");
    });

    test.each([
      [
        "an e-mail address as name",
        ["add", "ada@example.org", "--email", "ada@example.org"],
        /The username is "ada@example\.org", an e-mail address; it must have 1 to 128 letters/,
      ],
      [
        "a space in the name",
        ["add", "ada lovelace", "--email", "a@example.org"],
        /The username is "ada lovelace"; it must have/,
      ],
      ["no name", ["add"], /The username is missing; it must have/],
      ["no address", ["add", "eve"], /--email is missing; it must be the e-mail address/],
      ["no address at all", ["add", "eve", "--email", "eve"], /--email is "eve"; it must be/],
      [
        "an unknown action",
        ["erase", "ada"],
        /The action is erase; it must be one of add, list, remove, reset, as in npm run users -- list --stage dev\./,
      ],
      [
        "a removal that nobody confirms",
        ["remove", "ada"],
        /The user ada is to be removed\. Nobody can be asked here; say so by --yes\./,
      ],
    ])("%s is refused with the field, its value and what is allowed", async (_, options, message) => {
      const { status, out, error } = await users(...options);
      expect({ status, out }).toEqual({ status: 2, out: "" });
      expect(error).toMatch(message);
    });

    test("reset sends a new temporary password before the first sign-in, and a code after it", async () => {
      expect((await users("reset", "ada")).out).toContain(
        "a new temporary password to ada@example.org. It is good for 3 days",
      );
      const { UserPoolId } = await readStackOutputs(place, apiStack);
      const own = { UserPoolId, Username: "ada", Password: "A-longer-passw0rd!", Permanent: true };
      await cognito.send(new AdminSetUserPasswordCommand(own));
      expect((await users("reset", "ada")).out).toContain(
        "The password of ada is void. Cognito sends a code to ada@example.org",
      );
    });

    test("reset says that an address which is not verified gets no code", async () => {
      const { UserPoolId } = await readStackOutputs(place, apiStack);
      const user = { UserPoolId, Username: "eve" };
      await cognito.send(
        new AdminCreateUserCommand({ ...user, UserAttributes: [{ Name: "email", Value: "eve@example.org" }] }),
      );
      await cognito.send(new AdminSetUserPasswordCommand({ ...user, Password: "A-longer-passw0rd!", Permanent: true }));
      const { status, error } = await users("reset", "eve");
      expect(status).toBe(1);
      expect(error).toContain("The address eve@example.org of eve is not verified");
    });

    test("remove says what stays, and a user who is not there is named", async () => {
      const { UserPoolId } = await readStackOutputs(place, apiStack);
      const { UserAttributes } = await cognito.send(new AdminGetUserCommand({ UserPoolId, Username: "ada" }));
      const sub = UserAttributes?.find(({ Name }) => Name === "sub")?.Value ?? "none";
      const removed = await users("remove", "ada", "--yes");
      expect(removed).toMatchObject({
        status: 0,
        out: expect.stringContaining(`rows (pk = USER#${sub}) and files (users/${sub}/`),
      });
      const again = await users("remove", "ada", "--yes");
      expect(again).toMatchObject({
        status: 1,
        error: expect.stringContaining(
          'The username is "ada", which no user has. All users: npm run users -- list --stage dev',
        ),
      });
    });
  });

  test("sign-in on a stage whose callback is a front end's asks for the address, and prints no token without it", async () => {
    await cloud.createStack("opencomposer-prod-Api", {
      ...apiTemplate,
      Outputs: { ...apiTemplate.Outputs, UserPoolDomainUrl: { Value: cloud.endpointUrl } },
    });
    const { status, out, error } = await cloud.run(
      "sign-in",
      ["--stage", "prod"],
      "https://music.example.org/?code=x&state=y\n",
    );
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(error).toContain(`${cloud.endpointUrl}/oauth2/authorize?response_type=code`);
    expect(error).toContain("The page sends the browser to https://music.example.org/?code=…");
    expect(error).toContain("does not belong to this sign-in");
  });
});

test("a Region without credentials is told in a sentence", async () => {
  const { status, error } = await cloud.run("seed", ["--stage", "dev", "--profile", "nobody"]);
  expect(status).toBe(1);
  expect(error).toMatch(/^There are no AWS credentials \(the profile is nobody\)/);
});
