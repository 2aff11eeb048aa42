/** Tags with values, by which pieces and files are chosen. */
import * as z from "zod";
import { maxTopicTags, maxValuesPerTag } from "../../training/selection";
import { textSchema } from "./shared";

const topicValuesSchema = z
  .array(textSchema(64))
  .min(1)
  .max(maxValuesPerTag)
  .refine((values) => new Set(values).size === values.length, "must not name a value twice")
  .meta({ uniqueItems: true });

export const topicsSchema = z
  .record(textSchema(64), topicValuesSchema)
  .refine((topics) => Object.keys(topics).length <= maxTopicTags, `must not name more than ${maxTopicTags} tags`)
  .meta({
    id: "Topics",
    description:
      "The pieces to train on. A piece must have every tag that is named here, with one of the tag's values. Without topics all pieces are used.",
    maxProperties: maxTopicTags,
    example: { composer: ["bach"], mode: ["minor"] },
  });
