/** Refusing a body takes time in proportion to its size, whatever its shape. */
import { bodyLimitBytes } from "../../../lambdas/http/request";
import { type ApiRoute, apiRoutes } from "../../../naming/api-routes";
import { measureHostileBodies } from "../../verification/hostile-body-times";
import { hostileOperations, type HostileRequest, hostileRequests } from "../../verification/hostile-operations";
import { composerApi } from "./support/composer-api";
import { composition, model, track, trainingJob } from "./support/items";

const id = "A".repeat(26);

test("every operation that may be sent a body is asked", () => {
  const expected = Object.entries<ApiRoute>(apiRoutes).filter(([, { method }]) => method !== "GET");
  expect(hostileOperations.map((operation) => operation.id).sort()).toEqual(expected.map(([one]) => one).sort());
  const [create] = hostileOperations.filter((operation) => operation.id === "createComposition");
  expect(create?.places).toEqual(
    expect.arrayContaining([[], ["input"], ["input", "trackId"], ["inputOptions", "bars"], ["parameters", "epochs"]]),
  );
});

test("the bench measures every one of them", () => {
  const measured = measureHostileBodies(2_000);
  expect(measured.map(({ operation }) => operation)).toEqual(
    hostileOperations.map(({ method, path }) => `${method} ${path}`),
  );
  for (const { bodies } of measured) expect(bodies).toBeGreaterThan(15);
});

/** Processor milliseconds of one request: other work on the machine does not count. */
async function timed(
  method: string,
  path: string,
  { name: _, ...request }: HostileRequest,
): Promise<{ ms: number; status: number; bytes: number }> {
  const api = composerApi();
  api.tracks.put(track({ id }));
  api.compositions.put(composition({ id, state: "FAILED" }));
  api.models.put(model({ id }));
  api.trainingJobs.put(trainingJob({ id, state: "READY" }));
  const started = process.cpuUsage();
  const { status, bytes } = await api.call(method, path.replaceAll(/\{\w+\}/g, id), request);
  return { ms: process.cpuUsage(started).user / 1000, status, bytes: bytes.length };
}

/** Four times the size: linear work takes 4 times as long, quadratic 16 times. */
const maxGrowth = 9;
/** A quarter of the goal of 300 ms for the whole size. What is faster is taken as this: it is lost in garbage collection. */
const minMs = 75;
/** Garbage collection only ever adds time: one quiet try of these is enough. */
const maxTries = 5;

test.each(hostileOperations)(
  "$method $path",
  async (operation) => {
    const { method, path } = operation;
    const full = hostileRequests(operation, bodyLimitBytes * 0.95);
    const quarter = hostileRequests(operation, (bodyLimitBytes * 0.95) / 4);
    for (const request of full) {
      const small = quarter.next();
      if (small.done === true) throw new Error("both sizes have the same bodies");
      const { status, bytes, ms } = await timed(method, path, request);
      let [largeMs, smallMs] = [ms, minMs];
      for (let tries = 1; tries < maxTries && largeMs > maxGrowth * smallMs; tries += 1) {
        smallMs = Math.max(smallMs, (await timed(method, path, small.value)).ms);
        largeMs = Math.min(largeMs, (await timed(method, path, request)).ms);
      }
      const seen = JSON.stringify({ name: request.name, largeMs, smallMs, status, bytes });
      if (largeMs > maxGrowth * smallMs || status >= 500) throw new Error(seen);
      // A response repeats at most 100 faults, each of them short.
      if (bytes > 100_000) throw new Error(seen);
    }
  },
  600_000,
);
