import { oneCloud } from "./one-cloud";

/** After the suite. */
export default async function stopOneCloud(): Promise<void> {
  await oneCloud.stop();
}
