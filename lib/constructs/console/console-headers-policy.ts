import { Duration } from "aws-cdk-lib";
import {
  HeadersReferrerPolicy,
  ResponseHeadersPolicy,
  type ResponseSecurityHeadersBehavior,
} from "aws-cdk-lib/aws-cloudfront";
import type { Construct } from "constructs";
import { type ConsoleConnections, consoleHeaders } from "../../../naming/console-headers";

/** How CloudFront's policy takes those headers that it knows by name. It refuses them among the others. */
const known: Readonly<Record<string, (value: string) => ResponseSecurityHeadersBehavior>> = {
  "content-security-policy": (value) => ({
    contentSecurityPolicy: { contentSecurityPolicy: `${value}; upgrade-insecure-requests`, override: true },
  }),
  "referrer-policy": (value) => {
    const referrerPolicy = Object.values(HeadersReferrerPolicy).find((policy): boolean => value === (policy as string));
    if (referrerPolicy === undefined) throw new Error(`CloudFront has no referrer policy ${value}.`);
    return { referrerPolicy: { referrerPolicy, override: true } };
  },
  "x-content-type-options": () => ({ contentTypeOptions: { override: true } }),
};

export interface ConsoleHeadersPolicyProps {
  /** Unique in the account, which all Regions share. */
  readonly name: string;
  readonly connections: ConsoleConnections;
}

/** The headers with which CloudFront serves the console: those of naming/console-headers.ts, and HTTPS for a year. */
export class ConsoleHeadersPolicy extends ResponseHeadersPolicy {
  constructor(scope: Construct, id: string, { name, connections }: ConsoleHeadersPolicyProps) {
    const headers = Object.entries(consoleHeaders(connections));
    let securityHeadersBehavior: ResponseSecurityHeadersBehavior = {
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: false, override: true },
    };
    for (const [header, value] of headers) {
      securityHeadersBehavior = { ...securityHeadersBehavior, ...known[header]?.(value) };
    }
    super(scope, id, {
      responseHeadersPolicyName: name,
      comment: "OpenComposer: the console's security headers",
      securityHeadersBehavior,
      customHeadersBehavior: {
        customHeaders: headers
          .filter(([header]) => known[header] === undefined)
          .map(([header, value]) => ({ header, value, override: true })),
      },
    });
  }
}
