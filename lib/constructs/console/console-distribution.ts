import { Aws } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  PriceClass,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Bucket, IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { resourcePrefix, signInHost } from "../../../naming/resource-names";
import type { ConsoleHosting, StageConfig } from "../../config/stage-config";
import { acknowledge } from "../permissions/acknowledge-findings";
import { repositoryPath } from "../repository-root";
import { ConsoleHeadersPolicy } from "./console-headers-policy";

export interface ConsoleDistributionProps {
  readonly config: StageConfig;
  readonly hosting: ConsoleHosting;
  readonly bucket: Bucket;
}

/** The CloudFront distribution that serves the console's files, under HTTPS alone. */
export class ConsoleDistribution extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, { config, hosting, bucket }: ConsoleDistributionProps) {
    super(scope, id);
    const { customDomain } = hosting;
    // CloudFront's names are of the account, not of the Region: the same stage in another Region needs others.
    const name = `${resourcePrefix(config.stage)}-${Aws.REGION}`;
    const headers = new ConsoleHeadersPolicy(this, "Headers", {
      name,
      connections: {
        origins: [
          apiOrigin(config),
          `https://${signInHost(config.stage, { account: Aws.ACCOUNT_ID, region: Aws.REGION })}`,
          // The files of data sets go to a bucket. Its name is not known here, and the page names it exactly.
          `https://*.s3.${Aws.REGION}.${Aws.URL_SUFFIX}`,
        ],
      },
    });
    const pages = new Function(this, "Pages", {
      functionName: `${name}-pages`,
      comment: "OpenComposer: the pages of the console are all index.html",
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromFile({ filePath: repositoryPath("lib", "constructs", "console", "page-paths.js") }),
    });
    this.distribution = new Distribution(this, "Distribution", {
      comment: `OpenComposer ${config.stage}: console`,
      defaultRootObject: "index.html",
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        // The CDK declares a member of Bucket in a way that this compiler takes for another one than IBucket's.
        origin: S3BucketOrigin.withOriginAccessControl(bucket as IBucket, {
          originAccessControl: new S3OriginAccessControl(this, "AccessControl", { originAccessControlName: name }),
        }),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        compress: true,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: headers,
        functionAssociations: [{ function: pages, eventType: FunctionEventType.VIEWER_REQUEST }],
      },
      ...(customDomain === undefined
        ? {}
        : {
            domainNames: [customDomain.name],
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
            certificate: Certificate.fromCertificateArn(this, "Certificate", customDomain.certificateArn),
          }),
    });
    // Without the right to list, S3 answers a missing file with 403. No request of a browser can list: `/` is a page.
    bucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudfront.amazonaws.com")],
        actions: ["s3:ListBucket"],
        resources: [bucket.bucketArn],
        conditions: { StringEquals: { "AWS:SourceArn": this.distribution.distributionArn } },
      }),
    );
    acknowledge(this.distribution, "CFR1", "People of every country may use the console: it holds no data of anyone.");
    acknowledge(
      this.distribution,
      "CFR2",
      "A web ACL costs more a month than the whole idle stage, and nothing but files is behind this address.",
    );
    acknowledge(
      this.distribution,
      "CFR3",
      "Access logs would need another bucket. The API logs the requests that do something; a team that must have these turns them on.",
    );
    if (customDomain === undefined) {
      acknowledge(
        this.distribution,
        "CFR4",
        "CloudFront's own certificate, which it serves under its own name, decides the version of TLS. With console.customDomain it is 1.2 at least.",
      );
    }
  }
}

/**
 * Returns the origin of the API for the header. The API's stack comes after the console's, so its id is not known
 * here; the page that `npm run seed` uploads names it exactly, and browsers hold both.
 */
function apiOrigin({ api }: StageConfig): string {
  return api.customDomain === undefined
    ? `https://*.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`
    : `https://${api.customDomain.name}`;
}
