import { consoleCloud } from "./suite-cloud";

/** After the suite. */
export default async function stopConsoleCloud(): Promise<void> {
  await consoleCloud.stop();
}
