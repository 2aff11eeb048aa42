import { createHash } from "node:crypto";
import * as z from "zod";
import { DurableRecords } from "../durable-records";
import type { RequestBody } from "./request-validation";
import { validationException } from "./service-error";

const tag = z.object({ Key: z.string(), Value: z.string() });
export type Tag = z.infer<typeof tag>;

const stored = z.strictObject({ arn: z.string(), tags: z.array(tag) });
const maxTags = 50;

/** The tags of resources, by ARN. */
export class Tags {
  private readonly records: DurableRecords<typeof stored>;
  /** Returns true if a resource of this ARN exists. */
  private readonly exists: (arn: string) => boolean;

  constructor(params: { readonly directory: string; readonly exists: (arn: string) => boolean }) {
    this.records = new DurableRecords({ directory: params.directory, schema: stored });
    this.exists = params.exists;
  }

  of(arn: string): readonly Tag[] {
    return this.records.get(recordName(arn))?.tags ?? [];
  }

  /** Sets the tags that a resource is created with. */
  set(arn: string, tags: readonly Tag[]): void {
    if (tags.length === 0) this.remove(arn);
    else this.records.put(recordName(arn), { arn, tags: [...tags] });
  }

  remove(arn: string): void {
    this.records.remove(recordName(arn));
  }

  /**
   * Checks the tags of a request.
   * @throws ServiceError for keys that are reserved or given twice
   */
  static check(tags: readonly Tag[]): void {
    const keys = tags.map(({ Key }) => Key);
    if (new Set(keys).size !== keys.length) throw validationException("Tag keys must be unique.");
    if (keys.some((key) => key.toLowerCase().startsWith("aws:"))) {
      throw validationException("Tag keys that start with 'aws:' are reserved for internal use.");
    }
  }

  addTags(body: RequestBody): Record<string, unknown> {
    const { ResourceArn, Tags: added } = z.object({ ResourceArn: z.string(), Tags: z.array(tag) }).parse(body);
    this.require(ResourceArn);
    Tags.check(added);
    const merged = new Map([...this.of(ResourceArn), ...added].map((one) => [one.Key, one]));
    if (merged.size > maxTags) throw validationException(`A resource can have at most ${maxTags} tags.`);
    this.set(ResourceArn, [...merged.values()]);
    return { Tags: [...merged.values()] };
  }

  listTags(body: RequestBody): Record<string, unknown> {
    const { ResourceArn } = z.object({ ResourceArn: z.string() }).parse(body);
    this.require(ResourceArn);
    // One page is enough: a resource has at most 50 tags and the smallest page holds 50.
    return { Tags: this.of(ResourceArn) };
  }

  deleteTags(body: RequestBody): Record<string, unknown> {
    const { ResourceArn, TagKeys } = z.object({ ResourceArn: z.string(), TagKeys: z.array(z.string()) }).parse(body);
    this.require(ResourceArn);
    this.set(
      ResourceArn,
      this.of(ResourceArn).filter(({ Key }) => !TagKeys.includes(Key)),
    );
    return {};
  }

  private require(arn: string): void {
    if (!this.exists(arn)) throw validationException(`Could not find resource "${arn}".`);
  }
}

function recordName(arn: string): string {
  return createHash("sha256").update(arn).digest("hex").slice(0, 40);
}
