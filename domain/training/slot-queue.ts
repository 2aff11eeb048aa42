/**
 * Decides who gets a training slot next. The order is fair between users, and first come, first served within one user.
 */

export interface WaitingJob {
  readonly sub: string;
  /** A ULID, by which the older job sorts first. */
  readonly jobId: string;
}

export interface SlotQueueParams {
  /** Number of slots that the deployment has. */
  readonly slots: number;
  readonly held: readonly { readonly index: number; readonly holder: WaitingJob }[];
  readonly tickets: readonly WaitingJob[];
  /** The users in the order of their latest turn, the latest first. */
  readonly turns: readonly string[];
}

export interface SlotQueue {
  /** Ids of the waiting jobs in their order; those that may not have a slot now come last. */
  readonly places: readonly string[];
  /** Ids of the jobs that may take a free slot now. */
  readonly takes: readonly string[];
  /**
   * Ids of the jobs that no job of another user will be preferred to: the first in turn, and the first of each user who
   * is at the limit.
   */
  readonly nextOfItsUser: readonly string[];
}

/**
 * Returns the maximum number of slots that one user may have. It is not all of them, so that the next user does not wait for a whole
 * run. If there is only one slot, users take turns.
 */
export const maxSlotsPerUser = (slots: number): number => Math.max(1, slots - 1);

/**
 * Returns the order of the waiting jobs. The next slot is for the user who has the fewest slots. Among equals it is for
 * the one whose latest turn is longest ago; among users who have had none, and within one user, it is for the oldest
 * job. So a waiting user sees each other user take at most one slot first, however many jobs the others send.
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
  // Each round gives one place, and that place counts in the next round.
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
  /** A number that is larger, the later the user's latest turn was; 0 if there was none. */
  turn: number;
  /** The user's jobs that have no place yet, oldest first. */
  readonly jobs: string[];
}

/**
 * Returns the preferred one of two users: the one who may have another slot, has fewer, had the older turn or has the
 * older job, in this order.
 */
function first(one: WaitingUser, other: WaitingUser, limit: number): WaitingUser {
  const order =
    Number(one.running >= limit) - Number(other.running >= limit) ||
    one.running - other.running ||
    one.turn - other.turn;
  if (order !== 0) return order < 0 ? one : other;
  return (one.jobs[0] ?? "") < (other.jobs[0] ?? "") ? one : other;
}
