/**
 * The tickets of the jobs that wait for a slot. They are sorted by the job's ULID, so that the earliest job comes first.
 */
import { ticketKey, ticketsPartition } from "../../naming/table-keys";
import { readItem, writeItem } from "./item-codec";
import { type TicketItem, ticketItemSchema } from "./items";
import type { SlotHolder } from "./slots";
import type { Table } from "./table";

export interface Ticket extends SlotHolder {
  /** Epoch milliseconds of the last try. */
  readonly heartbeatAt: number;
  /** Epoch milliseconds. The execution of a ticket that is past this instant is dead, or in trouble. */
  readonly asksAgainBy: number;
}

export interface Tickets {
  /** Writes the job's ticket, or renews its heartbeat. */
  heartbeat(ticket: Ticket): Promise<void>;
  /** Returns the tickets in the order of their jobs. The table deletes forgotten tickets after a day. */
  waiting(): Promise<readonly Ticket[]>;
  remove(jobId: string): Promise<void>;
}

/** The schema of tickets as they are read: those of an earlier version do not say when their job asks again. */
const readTicketSchema = ticketItemSchema.partial({ asksAgainBy: true });
const askedAgainWithinMilliseconds = 300_000;
const keptForSeconds = 86_400;

export function createTickets(table: Table): Tickets {
  return {
    async heartbeat({ sub, jobId, heartbeatAt, asksAgainBy }) {
      const item: TicketItem = {
        schemaVersion: 1,
        kind: "TICKET",
        sub,
        jobId,
        heartbeatAt,
        asksAgainBy,
        expiresAt: Math.ceil(heartbeatAt / 1000) + keptForSeconds,
      };
      const key = ticketKey(jobId);
      await table.write([{ kind: "PUT", key, row: writeItem(ticketItemSchema, key, item) }]);
    },

    async waiting() {
      const tickets: Ticket[] = [];
      for await (const row of table.all({ partition: ticketsPartition })) {
        const { sub, jobId, heartbeatAt, asksAgainBy } = readItem(readTicketSchema, row);
        const deadline = asksAgainBy ?? heartbeatAt + askedAgainWithinMilliseconds;
        tickets.push({ sub, jobId, heartbeatAt, asksAgainBy: deadline });
      }
      return tickets;
    },

    async remove(jobId) {
      await table.write([{ kind: "DELETE", key: ticketKey(jobId) }]);
    },
  };
}
