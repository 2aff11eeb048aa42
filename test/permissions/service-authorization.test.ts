import { actionsWithoutResource } from "../../lib/rules/permission-rules";
import { faultOfVocabulary } from "./service-authorization";

test.each([
  [{ action: "dynamodb:GetItem", resource: "arn:aws:dynamodb:r:1:table/t" }, undefined],
  [{ action: "dynamodb:Query", resource: "arn:aws:dynamodb:r:1:table/t/index/i" }, undefined],
  [{ action: "dynamodb:GetItems", resource: "*" }, "dynamodb:GetItems does not exist"],
  [{ action: "s3:GetObject", resource: "arn:aws:sqs:r:1:q" }, "s3:GetObject works on"],
  [{ action: "xray:PutTraceSegments", resource: "*" }, undefined],
  [{ action: "xray:PutTraceSegments", resource: "arn:aws:xray:r:1:group/g" }, "knows no resource"],
  [{ action: "s3:ListBucket", resource: "arn:aws:s3:::b", context: { "s3:prefix": ["p"] } }, undefined],
  [
    { action: "s3:ListBucket", resource: "arn:aws:s3:::b", context: { "s3:suffix": ["p"] } },
    "no context key s3:suffix",
  ],
])("%j: %s", async (requested, fault) => {
  const found = await faultOfVocabulary(requested);
  if (fault === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(fault);
});

// AWS knows a resource for PutMetricData, too, but not the name spaces that SageMaker writes to. A condition names those.
test.each(Object.keys(actionsWithoutResource).filter((action) => action !== "cloudwatch:PutMetricData"))(
  "%s, which roles may have on *, knows no resource",
  async (action) => {
    expect(await faultOfVocabulary({ action, resource: "arn:aws:none:r:1:none/n" })).toContain("knows no resource");
  },
);
