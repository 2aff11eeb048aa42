/** What a queue has of new objects: S3 tells the event bus, and a rule puts what it tells into the queue as it is. */
import * as z from "zod";

const jsonSchema = z.string().transform((text): unknown => JSON.parse(text));
const arrivedSchema = z.object({ detail: z.object({ object: z.object({ key: z.string() }) }) });

/** Returns the schema of the messages of a queue whose bodies are JSON. */
export const messagesOf = <Body>(bodySchema: z.ZodType<Body>) =>
  z.object({
    Records: z.array(
      z.object({
        messageId: z.string(),
        attributes: z.object({ ApproximateReceiveCount: z.coerce.number() }).optional(),
        body: jsonSchema.pipe(bodySchema),
      }),
    ),
  });

export const arrivedObjectSchema = arrivedSchema.transform(({ detail }) => ({ key: detail.object.key }));
