import { oneCloud } from "./one-cloud";

/** Before the suite: trainings are heard after a second, because no test of this folder waits for the usual minute. */
export default async function startOneCloud(): Promise<void> {
  await oneCloud.start({ OPENCOMPOSER_FIRST_SAMPLES_SECONDS: "1" });
}
