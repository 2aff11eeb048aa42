/** After the suite: Ctrl-C for the cloud that it started. */
import { takeCloud } from "./suite-cloud";

export default async function stopSuiteCloud(): Promise<void> {
  const stopped = await takeCloud()?.stop();
  if (stopped !== undefined && stopped.left.length > 0) {
    throw new Error(`The cloud left processes behind:\n${stopped.left.join("\n")}`);
  }
}
