/** Who gets a training slot next: fair between users, first come first served within one. */

export interface WaitingJob {
  readonly sub: string;
  /** A ULID: the older job sorts first. */
  readonly jobId: string;
}

export interface SlotQueueParams {
  /** How many slots the deployment has. */
  readonly slots: number;
  readonly held: readonly { readonly index: number; readonly holder: WaitingJob }[];
  readonly tickets: readonly WaitingJob[];
  /** The users by their latest turn, youngest first. */
  readonly turns: readonly string[];
}

export interface SlotQueue {
  /** Job ids in their order, those that may not have a slot now last. */
  readonly places: readonly string[];
  /** Those that a free slot is for. */
  readonly takes: readonly string[];
  /** Those that nobody else's job will be preferred to: the first in turn, and the first of each user who is at the limit. */
  readonly nextOfItsUser: readonly string[];
}

/**
 * A user never has all slots, so that whoever comes next does not wait for a whole run. Where there is one slot only, turns
 * alternate.
 */
export const maxSlotsPerUser = (slots: number): number => Math.max(1, slots - 1);

/**
 * The next slot is for the user who has the fewest; among equals, for the one whose latest turn is longest ago; among those
 * who have had none, and within one user, for the oldest job. So a user who waits sees each other user take at most one slot
 * before, whatever the others send.
 */
export function slotQueue({ slots, held, tickets, turns }: SlotQueueParams): SlotQueue {
  const ours = held.filter(({ index }) => index < slots);
  const holders = new Set(ours.map(({ holder }) => holder.jobId));
  const limit = maxSlotsPerUser(slots);
  const users = new Map<string, WaitingUser>();
  const waiting = tickets.filter(({ jobId }) => !holders.has(jobId));
  for (const { sub, jobId } of [...waiting].sort((one, other) => (one.jobId < other.jobId ? -1 : 1))) {
    const user = users.get(sub) ?? {
      running: ours.filter(({ holder }) => holder.sub === sub).length,
      turn: turns.includes(sub) ? turns.length - turns.indexOf(sub) : 0,
      jobs: [],
    };
    user.jobs.push(jobId);
    users.set(sub, user);
  }

  const nextOfItsUser = [...users.values()].flatMap(({ running, jobs }) => (running >= limit ? jobs.slice(0, 1) : []));
  const places: string[] = [];
  const takes: string[] = [];
  const free = slots - ours.length;
  // Each round gives one place, and what it gives counts in the next one.
  for (let round = 1; places.length < waiting.length; round += 1) {
    const next = [...users.values()]
      .filter(({ jobs }) => jobs.length > 0)
      .reduce((one, other) => first(one, other, limit));
    const jobId = next.jobs.shift() ?? "";
    places.push(jobId);
    if (takes.length < free && next.running < limit) takes.push(jobId);
    next.running += 1;
    next.turn = turns.length + round;
  }
  return { places, takes, nextOfItsUser: [...new Set([...places.slice(0, 1), ...nextOfItsUser])] };
}

interface WaitingUser {
  running: number;
  /** The larger, the younger the latest turn; 0 for none. */
  turn: number;
  /** Oldest first, those that have no place yet. */
  readonly jobs: string[];
}

/** Which of two users is preferred: who may have another slot, has fewer, had the older turn, has the older job. */
function first(one: WaitingUser, other: WaitingUser, limit: number): WaitingUser {
  const order =
    Number(one.running >= limit) - Number(other.running >= limit) ||
    one.running - other.running ||
    one.turn - other.turn;
  if (order !== 0) return order < 0 ? one : other;
  return (one.jobs[0] ?? "") < (other.jobs[0] ?? "") ? one : other;
}
