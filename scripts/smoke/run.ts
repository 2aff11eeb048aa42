/** One smoke run: its client, its time and money, and what it has made so far. */
import { type ApiClient, createClient, type TrainingJob } from "../../client/client";
import type { Clock } from "../../client/retry";
import type { Stage } from "../../naming/resource-names";
import { type Made, type MadeKind, smokePrefix } from "./made";
import type { SendParams } from "./requests";
import { Spending } from "./spending";
import { StepFailed, Steps } from "./step";
import { secondsOfToken } from "./token-life";
import { type MonitoringTurns, type Rates, requestUsage, trainingUsage } from "./usage";
import type { WorkParams } from "./work";

export interface SmokeParams {
  readonly stage: Stage;
  readonly apiUrl: string;
  /** The console's address; undefined where the stage has none. */
  readonly consoleUrl?: string | undefined;
  /** Returns an access token of the user who does all this. */
  readonly signIn: (signal: AbortSignal) => Promise<string>;
  readonly rates: Rates;
  /** Seconds between two monitoring turns of a training job of the stage. */
  readonly monitor: MonitoringTurns;
  /** US dollars that the run may cost by its own estimate. */
  readonly ceiling: number;
  /** What the names of everything that this run makes have in common, after {@link smokePrefix}. */
  readonly runId: string;
  readonly tell: (line: string) => void;
  /** Ends the steps. What was made is deleted all the same. */
  readonly signal: AbortSignal;
  /** Ends the deletion, too. */
  readonly deletionSignal: AbortSignal;
  readonly clock: Clock;
  /** True: nothing is tried, and what earlier runs of this user have left is deleted. */
  readonly cleanUp?: boolean;
  /** @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** Seconds after which a run ends by itself, so that its token, which is good for an hour, can still delete everything. */
const runSeconds = 2_900;
/** Seconds for which the token has to be good after that. */
const tokenSecondsToDelete = 3_600 - runSeconds;

/** One run, until its end. */
export interface Run {
  readonly params: SmokeParams;
  readonly api: ApiClient;
  readonly steps: Steps;
  readonly spending: Spending;
  /** The beginning of the name of everything that the run makes. */
  readonly name: string;
  readonly made: Made[];
  /** Returns true if a request was sent that may have made something. */
  readonly hasWritten: () => boolean;
  /** The training jobs whose machine time is counted already. */
  readonly counted: Set<string>;
  /** What a request of the steps needs. */
  readonly sending: SendParams;
  /** Returns what a wait needs, cut to the time that is left of the whole run. */
  readonly waiting: (seconds: number) => WorkParams;
  /** Signs in. From then on requests have the token. */
  readonly signIn: () => Promise<void>;
}

/** Begins a run. Nothing is requested yet. */
export function openRun(params: SmokeParams): Run {
  const { stage, apiUrl, rates, ceiling, runId, tell, signal, clock, fetch: sendRequest = fetch } = params;
  const spending = new Spending(rates, ceiling);
  let token: string | undefined;
  let hasWritten = false;
  const api = createClient({
    baseUrl: apiUrl,
    accessToken: () => token,
    fetch: async (request) => {
      spending.add(requestUsage);
      hasWritten ||= request.method !== "GET";
      return await sendRequest(request);
    },
  });
  let end = clock.now() + runSeconds * 1000;
  const secondsLeft = (): number => Math.max(1, (end - clock.now()) / 1000);
  return {
    params,
    api,
    spending,
    steps: new Steps({ stage, spending, clock, signal, tell }),
    name: params.cleanUp === true ? smokePrefix : `${smokePrefix}${runId}`,
    made: [],
    counted: new Set(),
    hasWritten: () => hasWritten,
    sending: { signal, clock },
    waiting: (seconds) => ({ api, clock, signal, tell, deadlineSeconds: Math.min(seconds, secondsLeft()) }),
    signIn: async () => {
      token = await params.signIn(signal);
      const seconds = secondsOfToken(token, Date.now());
      if (seconds === undefined || params.cleanUp === true) return;
      if (seconds < tokenSecondsToDelete) {
        const wanted = `after a run its deletion may take ${tokenSecondsToDelete} s`;
        throw new StepFailed("TOKEN_ENDS", `the token is good for ${seconds.toFixed(0)} s, and ${wanted}`);
      }
      // A token of an earlier sign-in ends sooner than the hour. The run ends sooner, too, so that it can delete.
      end = Math.min(end, clock.now() + (seconds - tokenSecondsToDelete) * 1000);
    },
  };
}

/** Returns the name of something that the run makes. */
export const nameOf = ({ name }: Run, what: string): string => `${name} ${what}`;

/** Remembers something that the run has made, so that it is deleted. */
export function keepNote(
  { made }: Run,
  kind: MadeKind,
  { id, name }: { readonly id: string; readonly name: string },
): void {
  made.push({ kind, id, name });
}

/** Counts the machine time of a training that has ended, once. */
export function countTraining({ counted, spending, params }: Run, job: TrainingJob): void {
  if (counted.has(job.id)) return;
  counted.add(job.id);
  const { usage, progress } = job;
  const { monitor } = params;
  spending.add(trainingUsage({ seconds: usage.billableSeconds, epochs: progress.epoch, monitor }));
}
