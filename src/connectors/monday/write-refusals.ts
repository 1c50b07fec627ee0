import { HubError } from "../../model/index.ts";
import type { BoardAnswer } from "./answers.ts";

/** The item cannot be changed as planned. */
export function staleItem(id: string, why: string): HubError {
  return new HubError("HUB-1511", `The item ${id} ${why}.`, {
    disposition: "skip-record",
    fate: "stale",
    place: { system: "monday", stream: "items", record: id },
    remedy: "Make a new plan; it will see the item as it is now.",
  });
}

export function refusedCommand(board: BoardAnswer, why: string): HubError {
  return new HubError("HUB-1516", `The write to the board ${board.name} is not sent: ${why}.`, {
    disposition: "skip-record",
    place: { system: "monday", stream: "items", partition: board.id },
    remedy: "Complete the contract's fields.",
  });
}

export function itemsOnly(stream: string): void {
  if (stream === "items") return;
  throw new HubError("HUB-1516", `The hub writes items of monday.com, not ${stream}.`, {
    disposition: "skip-record",
    place: { system: "monday", stream },
    remedy: "Let the contract's target be an item.",
  });
}

export function noMarker(board: string, column: string): HubError {
  return new HubError("HUB-1513", `The board ${board} has no column ${column} for the hub's marker.`, {
    disposition: "operator",
    place: { system: "monday", path: "marker" },
    remedy: "Add a text column of that title to the board, or leave `marker` of the connection out.",
  });
}
