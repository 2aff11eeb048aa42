/** Tickets of the jobs that wait for a slot: they sort by the job's ULID, so who came first stands first. */
import { DeleteCommand, PutCommand, QueryCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { ticketKey, ticketsPartition } from "../../naming/table-keys";
import { ticketItemSchema, type TicketItem } from "../../domain/schemas/items";
import type { SlotHolder } from "./slots";
import { againOnConflict } from "./transaction";

export interface Ticket extends SlotHolder {
  /** Epoch milliseconds of the last try. */
  readonly heartbeatAt: number;
  /** Epoch milliseconds; a ticket that is past it belongs to an execution that is dead, or in trouble. */
  readonly asksAgainBy: number;
}

export interface Tickets {
  /** Writes the job's ticket, or its heartbeat. */
  show(ticket: Ticket): Promise<void>;
  /** In the order of their jobs; the table deletes forgotten ones after a day. */
  waiting(): Promise<readonly Ticket[]>;
  remove(jobId: string): Promise<void>;
}

/** A ticket of an earlier version did not say when its job asks again. */
const readableTicket = z.object({ ...ticketItemSchema.shape, asksAgainBy: z.int().min(0).optional() });
const askedAgainWithinMilliseconds = 300_000;
const keptForSeconds = 86_400;

export function createTickets({
  client,
  tableName,
}: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}): Tickets {
  return {
    async show({ sub, jobId, heartbeatAt, asksAgainBy }) {
      const item: TicketItem = {
        schemaVersion: 1,
        kind: "TICKET",
        sub,
        jobId,
        heartbeatAt,
        asksAgainBy,
        expiresAt: Math.ceil(heartbeatAt / 1000) + keptForSeconds,
      };
      const Item = { ...ticketKey(jobId), ...ticketItemSchema.parse(item) };
      await againOnConflict(async () => await client.send(new PutCommand({ TableName: tableName, Item })));
    },

    async waiting() {
      const tickets: Ticket[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: tableName,
            ConsistentRead: true,
            KeyConditionExpression: "pk = :pk",
            ExpressionAttributeValues: { ":pk": ticketsPartition },
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        for (const item of page.Items ?? []) {
          const ticket = readableTicket.parse(item);
          const { sub, jobId, heartbeatAt } = ticket;
          const asksAgainBy = ticket.asksAgainBy ?? heartbeatAt + askedAgainWithinMilliseconds;
          tickets.push({ sub, jobId, heartbeatAt, asksAgainBy });
        }
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
      return tickets;
    },

    async remove(jobId) {
      await againOnConflict(
        async () => await client.send(new DeleteCommand({ TableName: tableName, Key: ticketKey(jobId) })),
      );
    },
  };
}
