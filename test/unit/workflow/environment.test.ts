import { readEnvironment } from "../../../lambdas/aws/environment";
import { settings } from "../../workflow/training-harness";

test("reads text and JSON, typed", () => {
  const variables = { STAGE: "dev", TABLE_NAME: "table", TRAINING_SETTINGS: JSON.stringify(settings) };
  expect(readEnvironment(["stage", "tableName", "trainingSettings"], variables)).toEqual({
    stage: "dev",
    tableName: "table",
    trainingSettings: settings,
  });
});

test("names every variable that is missing or wrong at once, without their values", () => {
  const variables = { STAGE: "moon", TRAINING_SETTINGS: '{"secret":1}', USER_QUOTAS: "{" };
  const read = () => readEnvironment(["stage", "tableName", "trainingSettings", "userQuotas"], variables);
  expect(read).toThrow(/STAGE: .*TABLE_NAME is not set.*TRAINING_SETTINGS: .*roleArn.*USER_QUOTAS: is not JSON/);
  expect(read).not.toThrow(/moon/);
});
