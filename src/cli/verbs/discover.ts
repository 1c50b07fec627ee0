import { connectionNamed, discoverFields, discoverStreams } from "../../sync/index.ts";
import type { DiscoveredField, DiscoveredStream } from "../../sync/index.ts";
import { discoverDocument } from "../documents/discover.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { openLook } from "../look.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

/** Shows what a connection offers: its streams, or the fields of one. */
export async function discoverVerb(
  machine: Machine,
  connection: string,
  stream: string | undefined,
  options: GlobalOptions,
): Promise<number> {
  const context = await openLook(machine, options);
  try {
    const { system } = connectionNamed(context.configuration, connection);
    const streams = await discoverStreams(context, connection);
    const fields = stream === undefined ? null : await discoverFields(context, connection, stream);
    if (options.json) {
      writeDocument(machine.terminal, discoverDocument, {
        connection,
        system,
        streams: streams.filter(({ definition }) => stream === undefined || definition.name === stream).map(toPart),
        fields: fields === null ? null : [...fields],
      });
    } else machine.terminal.out(fields === null ? streamTable(streams) : fieldTable(fields));
    return EXIT.complete;
  } finally {
    await context.store.close();
  }
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
