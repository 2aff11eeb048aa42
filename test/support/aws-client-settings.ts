import { localCredentials, localRegion } from "../../local/cloud/ministack";

/** Returns the settings of a client of AWS that asks a server of the test, each request once. */
export const awsClientSettings = (endpoint: string) => ({
  endpoint,
  region: localRegion,
  credentials: localCredentials,
  maxAttempts: 1,
});
