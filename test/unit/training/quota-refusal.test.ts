import fc from "fast-check";
import { failureSchema } from "../../../domain/schemas/failure";
import { quotaExceeded, readQuotaRefusal } from "../../../domain/training/quota-refusal";
import { usedUpQuota, zeroQuota } from "../../fakes/scripted-sagemaker";

test("B1: the service's first sentence is told, and a quota of 0 is told from one that is used up", () => {
  expect(readQuotaRefusal(zeroQuota)).toEqual({
    text: "The account-level service limit 'ml.m5.xlarge for training job usage' is 0 Instances, with current utilization of 0 Instances and a request delta of 1 Instances.",
    isZero: true,
  });
  expect(readQuotaRefusal(usedUpQuota)).toMatchObject({ isZero: false });
  expect(quotaExceeded(readQuotaRefusal(zeroQuota))).toMatchObject({ code: "QUOTA_EXCEEDED", retryable: false });
  expect(quotaExceeded(readQuotaRefusal(usedUpQuota))).toMatchObject({ code: "QUOTA_EXCEEDED", retryable: true });
});

test.each([
  ["the limit 'ml.m5.xlarge for training job usage' is 0", true],
  ["The account-level service limit 'Number of instances across training jobs' is 0 Instances.", true],
  ["The account-level service limit 'a' is 10 Instances, with current utilization of 0 Instances", false],
  ["The account-level service limit 'a' is 0.5 Instances", false],
  ["The quota was exceeded.", false],
  ["", false],
])("%p: the quota is 0: %p", (reason, isZero) => {
  expect(readQuotaRefusal(reason).isZero).toBe(isZero);
});

test("whatever the service says, the failure fits its schema and names no account and no ARN", () => {
  const part = fc.oneof(
    fc.constantFrom("arn:aws:iam::123456789012:role/a", " 123456789012 ", "'x' is 0", ". ", "limit "),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const failure = quotaExceeded(readQuotaRefusal(parts.join("")));
      expect(failureSchema.parse(failure)).toEqual(failure);
      expect(failure.message).not.toMatch(/arn:\S|\b\d{12}\b/);
    }),
  );
});
