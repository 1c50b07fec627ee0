import { HubError } from "../../model/index.ts";
import type { StreamDescription } from "../kit/index.ts";
import type { BoardAnswer } from "./answers.ts";
import type { OwnField } from "./board-columns.ts";
import { isSubitemBoard, namedColumns } from "./board-columns.ts";
import { STREAMS } from "./streams.ts";

const OWN_TYPES: Readonly<Record<Exclude<OwnField, "parent">, string>> = {
  id: "id",
  name: "text",
  state: "text",
  group: "option",
  board: "option",
  creator: "person",
  created_at: "instant",
  updated_at: "instant",
};

const FIXED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  workspaces: { id: "id", name: "text", state: "text" },
  users: { id: "id", name: "text", email: "text", kind: "text", status: "text", is_deleted: "flag" },
  boards: { id: "id", name: "text", state: "text", type: "text", workspace: "record", groups: "list", columns: "list" },
  activity_logs: { id: "id", event: "text", user_id: "person", created_at: "instant", data: "object" },
};

/** The fields of a stream; those of items and subitems are the columns of all their boards that are read. */
export function describeStream(stream: string, boards: readonly BoardAnswer[]): StreamDescription {
  if (!STREAMS.some(({ name }) => name === stream)) {
    throw new HubError("HUB-1517", `monday.com has no stream ${stream}.`, {
      disposition: "operator",
      place: { system: "monday", stream },
      remedy: `Use one of ${STREAMS.map(({ name }) => name).join(", ")}.`,
    });
  }
  const fixed = FIXED[stream] ?? (stream === "subitems" ? { ...OWN_TYPES, parent: "record" } : OWN_TYPES);
  const fields = new Map(Object.entries(fixed).map(([name, type]) => [name, { name, label: name, type }]));
  const ofItems = stream === "items" || stream === "subitems";
  const theirs = boards.filter((board) => isSubitemBoard(board) === (stream === "subitems"));
  for (const column of ofItems ? theirs.flatMap(namedColumns) : []) {
    const { field, type } = column;
    fields.set(field, { name: field, label: field, type });
    if (type !== "timeline" && type !== "week") continue;
    for (const end of ["from", "to"])
      fields.set(`${field}.${end}`, { name: `${field}.${end}`, label: `${field} ${end}`, type: "date" });
  }
  return { stream, fields: [...fields.values()] };
}
