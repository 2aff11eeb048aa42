/** Refusing a body takes time in proportion to its size, whatever its shape. */
import { bodyLimitBytes } from "../../../lambdas/http/request";
import { hostileBodies, hostileOperations } from "../../../scripts/verification/hostile-bodies";
import { composerApi } from "./support/composer-api";
import { composition, track, trainingJob } from "./support/items";

const id = "A".repeat(26);
const headers = { "content-type": "application/json" };

/** Milliseconds of one request. */
async function timed(
  method: string,
  path: string,
  text: string,
): Promise<{ ms: number; status: number; bytes: number }> {
  const api = composerApi();
  api.tracks.put(track({ id }));
  api.compositions.put(composition({ id, state: "FAILED" }));
  api.trainingJobs.put(trainingJob({ id, state: "READY" }));
  const started = performance.now();
  const { status, bytes } = await api.call(method, path.replace("{id}", id), { text, headers });
  return { ms: performance.now() - started, status, bytes: bytes.length };
}

/** Far above what any body takes, also on a busy machine: a body of quadratic cost took ten seconds. */
const ceilingMs = 3_000;
/** The goal. What is faster is not compared: garbage collection and the machine's other work weigh more. */
const floorMs = 300;
/** Four times the size: linear work takes 4 times as long, quadratic 16 times. */
const mostGrowth = 9;

test.each(hostileOperations)(
  "$method $path",
  async ({ method, path, body, places }) => {
    const full = hostileBodies({ body, places, bytes: bodyLimitBytes * 0.95 });
    const quarter = hostileBodies({ body, places, bytes: (bodyLimitBytes * 0.95) / 4 });
    for (const { name, text } of full) {
      const small = quarter.next();
      if (small.done === true) throw new Error("both sizes have the same bodies");
      let large = await timed(method, path, text);
      let growth = 0;
      // Noise only ever adds time: one quiet try of three is enough.
      for (let tries = 1; tries <= 3 && large.ms > floorMs; tries += 1) {
        const { ms } = await timed(method, path, small.value.text);
        growth = large.ms / ms;
        if (growth <= mostGrowth && large.ms <= ceilingMs) break;
        if (tries < 3) large = await timed(method, path, text);
      }
      const seen = { name, ms: Math.round(large.ms), growth, status: large.status, answerBytes: large.bytes };
      if (large.ms > floorMs && (growth > mostGrowth || large.ms > ceilingMs)) throw new Error(JSON.stringify(seen));
      if (large.status >= 500) throw new Error(JSON.stringify(seen));
      // An answer repeats at most 100 faults, each of them short.
      if (large.bytes > 100_000) throw new Error(JSON.stringify(seen));
    }
  },
  600_000,
);
