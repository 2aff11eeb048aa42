/** The stages' configurations as tests synthesize them, whatever files of its own this checkout has. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { parseStageConfig, stageDefaults } from "../../../lib/config/load-stage-config";
import { withOwnValues } from "../../../lib/config/own-values";
import type { StageConfig } from "../../../lib/config/stage-config";
import { repositoryPath } from "../../../lib/constructs/repository-root";
import type { Stage } from "../../../naming/resource-names";

/** The example of docs/deploy.md, which gives the values that only the deployer of `prod` knows. */
export const exampleFile = repositoryPath("docs", "examples", "opencomposer.prod.json");

/** The example with other addresses, as somebody writes them who deploys `prod`: its own are refused. */
const { $schema: _address, ...ownValues } = z
  .record(z.string(), z.unknown())
  .parse(JSON.parse(readFileSync(exampleFile, "utf8").replaceAll("example.org", "opencomposer.test")));

export const localConfig = parseStageConfig(stageDefaults.local);
export const devConfig = parseStageConfig(stageDefaults.dev);
/** Its defaults with the values of the example. */
export const prodConfig = parseStageConfig(withOwnValues(stageDefaults.prod, ownValues));

/** Returns `prod` with a domain of its own, which has `own` settings besides. */
export const prodWithCustomDomain = (own: { readonly exclusive?: boolean } = {}): StageConfig =>
  parseStageConfig({
    ...prodConfig,
    api: {
      ...prodConfig.api,
      customDomain: {
        name: "music.opencomposer.test",
        certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555",
        ...own,
      },
    },
  });

export const stageConfigs: Readonly<Record<Stage, StageConfig>> = {
  local: localConfig,
  dev: devConfig,
  prod: prodConfig,
};
