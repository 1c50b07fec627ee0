import { formatShapeChange } from "../../model/index.ts";
import type { ShapeChange } from "../../model/index.ts";
import { acceptFields, connectionNamed, discoverFields, discoverStreams } from "../../sync/index.ts";
import type { DiscoveredField, DiscoveredStream } from "../../sync/index.ts";
import { discoverDocument } from "../documents/discover.ts";
import { toShapeChangePart } from "../documents/parts.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { openLook } from "../look.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

export interface DiscoverVerbOptions extends GlobalOptions {
  readonly accept: boolean;
}

/** Shows what a connection offers: its streams, or the fields of one and how they changed; `--accept` takes them over. */
export async function discoverVerb(
  machine: Machine,
  connection: string,
  stream: string | undefined,
  options: DiscoverVerbOptions,
): Promise<number> {
  const context = await openLook(machine, options);
  try {
    const { system } = connectionNamed(context.configuration, connection);
    const streams = await discoverStreams(context, connection);
    const found = stream === undefined ? null : await discoverFields(context, connection, stream);
    const fields = found?.fields ?? null;
    const changes = found?.changes ?? [];
    if (options.accept && stream !== undefined && found !== null) {
      await accept(machine, options, connection, stream, found.fields);
    }
    if (options.json) {
      writeDocument(machine.terminal, discoverDocument, {
        connection,
        system,
        streams: streams.filter(({ definition }) => stream === undefined || definition.name === stream).map(toPart),
        fields: fields === null ? null : [...fields],
        changes: changes.map(toShapeChangePart),
        accepted: options.accept && stream !== undefined,
      });
    } else {
      machine.terminal.out(fields === null ? streamTable(streams) : fieldTable(fields));
      machine.terminal.out(changesText(changes, options.accept));
    }
    return EXIT.complete;
  } finally {
    await context.store.close();
  }
}

async function accept(
  machine: Machine,
  options: GlobalOptions,
  connection: string,
  stream: string,
  fields: readonly DiscoveredField[],
): Promise<void> {
  const hub = await openHub(machine, options);
  try {
    await hub.run("accept", async (context) => {
      await acceptFields(context, connection, stream, fields);
      return { answer: null, complete: true, summary: { connection, stream } };
    });
  } finally {
    await hub.close();
  }
}

function changesText(changes: readonly ShapeChange[], accepted: boolean): string {
  if (changes.length === 0) return accepted ? "Accepted as it is.\n" : "";
  return [
    accepted ? "Accepted what has changed:\n" : "Changed since it was accepted:\n",
    ...changes.map((change) => `  ${formatShapeChange(change)}\n`),
  ].join("");
}

function toPart({ definition, mappings, read, stored }: DiscoveredStream) {
  return {
    name: definition.name,
    title: definition.title,
    role: definition.role,
    memberOf: definition.memberOf ?? null,
    mappings: [...mappings],
    read,
    stored: stored === null ? null : { live: stored.live, removed: stored.removed },
  };
}

function streamTable(streams: readonly DiscoveredStream[]): string {
  const rows = streams.map(({ definition, mappings, read, stored }) => [
    definition.name,
    definition.memberOf === undefined ? definition.role : `history of ${definition.memberOf}`,
    stored === null ? "–" : stored.live.toLocaleString("en-US"),
    mappings.length > 0 ? `mapped by ${mappings.join(", ")}` : read ? "read for those" : "not read",
    definition.title,
  ]);
  const columns = [
    { title: "stream" },
    { title: "role" },
    { title: "stored", align: "right" as const },
    { title: "use" },
  ];
  return formatTable([...columns, { title: "what it is" }], rows);
}

function fieldTable(fields: readonly DiscoveredField[]): string {
  const rows = fields.map(({ name, label, type, asked }) => [name, type, asked ? "asked for" : "", label]);
  return formatTable([{ title: "field" }, { title: "type" }, { title: "" }, { title: "label" }], rows);
}
