import { setTimeout as sleep } from "node:timers/promises";
import { freePort, isPortFree, loopback } from "../../tools/processes/free-port";
import type { Deployment } from "../cloud/deployment";

/** The addresses at which the parts of this start listen. */
export interface Addresses {
  readonly ports: Deployment["ports"] & { readonly console: number };
  readonly awsEndpointUrl: string;
  readonly sagemakerEndpointUrl: string;
}

/**
 * Chooses the ports. A kept cloud uses its own again, because its functions were made with them; otherwise free ones
 * are taken.
 * @throws Error where another program listens on a kept cloud's port
 */
export async function chooseAddresses(params: { readonly kept: Deployment | undefined }): Promise<Addresses> {
  const { kept } = params;
  if (kept !== undefined && !(await becomesFree([kept.ports.cloud, kept.ports.sageMaker]))) {
    throw new Error(
      `Port ${kept.ports.cloud} or ${kept.ports.sageMaker}, which your local cloud was made with, is in use by another ` +
        "program. End that program, or begin with an empty cloud: npm start -- --fresh",
    );
  }
  const cloud = kept?.ports.cloud ?? (await freePort());
  const sageMaker = kept?.ports.sageMaker ?? (await freePort());
  const gateway = await freePort(kept?.ports.gateway);
  const console = await freePort(kept?.ports.console);
  return {
    ports: { cloud, sageMaker, gateway, console },
    awsEndpointUrl: `http://${loopback}:${cloud}`,
    sagemakerEndpointUrl: `http://${loopback}:${sageMaker}`,
  };
}

/**
 * Resolves to true as soon as nothing listens on the ports, or to false after 12 s: the processes that a killed start
 * has left take seconds to end.
 */
async function becomesFree(ports: readonly number[]): Promise<boolean> {
  const deadline = Date.now() + 12_000;
  for (;;) {
    const free = await Promise.all(ports.map(isPortFree));
    if (free.every(Boolean)) return true;
    if (Date.now() > deadline) return false;
    await sleep(250);
  }
}
