/** Which TCP ports the processes of a local cloud listen on, from /proc: also those that nobody told anybody about. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The state listen in /proc/net/tcp. */
const listen = "0A";

export interface Listener {
  readonly pid: number;
  readonly address: string;
  readonly port: number;
}

export function listenersOf(pids: readonly number[]): Listener[] {
  return pids.flatMap((pid) => {
    try {
      const inodes = new Set(
        readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
          try {
            return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
          } catch {
            return []; // It was closed while it was read.
          }
        }),
      );
      return ["tcp", "tcp6"].flatMap((table) =>
        readFileSync(`/proc/${pid}/net/${table}`, "utf8")
          .split("\n")
          .map((line) => line.trim().split(/\s+/))
          .filter((fields) => fields[3] === listen && inodes.has(fields[9] ?? ""))
          .map((fields) => {
            const [address = "", port = "0"] = (fields[1] ?? "").split(":");
            return { pid, address, port: parseInt(port, 16) };
          }),
      );
    } catch {
      return []; // It ended while it was read.
    }
  });
}
