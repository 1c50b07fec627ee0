import type { World } from "../../acceptance/harness.ts";
import type { Peer } from "../peer.ts";
import { asanaPeer } from "./asana.ts";
import { mondayPeer } from "./monday.ts";
import { salesforcePeer } from "./salesforce.ts";

const PEERS: Readonly<Record<string, (world: World) => Peer>> = {
  salesforce: salesforcePeer,
  asana: asanaPeer,
  monday: mondayPeer,
};

/** The peer for a system; null where none was written. */
export function peerOf(system: string, world: World): Peer | null {
  return PEERS[system]?.(world) ?? null;
}
