import { HubError } from "../../model/index.ts";
import type { Page } from "../../model/index.ts";
import type { Partition, ReadContext, ReadFace } from "../kit/index.ts";
import { audit, estimate } from "./audit.ts";
import type { SalesforceClient } from "./client.ts";
import type { Descriptions } from "./descriptions.ts";
import { DESCRIPTIONS, EVERY_OBJECT, objectsOf } from "./objects.ts";
import type { ObjectSpec } from "./objects.ts";
import { readObject } from "./read-object.ts";
import type { Reader } from "./reader.ts";
import { reread } from "./reread.ts";
import type { SalesforceSettings } from "./settings.ts";

/** Reads objects: one partition each. */
export function readFace(client: SalesforceClient, descriptions: Descriptions, settings: SalesforceSettings): ReadFace {
  const specs = new Map(objectsOf(settings).map((spec) => [spec.name, spec]));
  const reader: Reader = { client, descriptions, settings };
  const specOf = (name: string): ObjectSpec => {
    const spec = specs.get(name);
    if (spec !== undefined) return spec;
    throw unknownStream(name);
  };
  let counts: Promise<ReadonlyMap<string, number>> | undefined;
  return {
    partitions: async (stream, context) => {
      if (stream === DESCRIPTIONS) return [{ stream, id: EVERY_OBJECT, title: "Objects the hub may see" }];
      const spec = specs.get(stream);
      if (spec === undefined) return [];
      const partition: Partition = { stream, id: stream, title: spec.title };
      if ((await client.objects(context.signal)).has(stream) || !spec.optional) return [partition];
      // Once read and now out of sight is not the same as never switched on: reading it will say so.
      for await (const page of context.known.records(stream)) if (page.length > 0) return [partition];
      return [];
    },
    read: (partition, position, context) =>
      partition.stream === DESCRIPTIONS
        ? readDescriptions(client, [...specs.keys()], context)
        : readObject(reader, specOf(partition.id), position, context),
    reread: (stream, ids, context) => reread(reader, specOf(stream), ids, context),
    audit: async (partition, context) =>
      partition.stream === DESCRIPTIONS ? null : audit(reader, specOf(partition.id), context),
    estimate: async (partition, position, context) => {
      // What it is made of is asked for at every sign-in, whatever is read.
      if (partition.stream === DESCRIPTIONS) return { calls: 1, records: 1, exact: true };
      return estimate(reader, specOf(partition.id), position, context, async () => {
        counts ??= client.recordCounts([...specs.keys()], context.signal);
        return counts;
      });
    },
  };
}

/** Which of the objects the hub reads are there, and how their ids begin: the list every connection asks for once. */
async function* readDescriptions(
  client: SalesforceClient,
  names: readonly string[],
  context: ReadContext,
): AsyncGenerator<Page> {
  const present = await client.objects(context.signal);
  const prefixes = names.filter((name) => present.has(name)).map((name) => [name, present.get(name) ?? null] as const);
  yield {
    records: [{ stream: DESCRIPTIONS, id: EVERY_OBJECT, content: { prefixes: Object.fromEntries(prefixes) } }],
    tombstones: [],
    rejects: [],
    position: { covered: [{ from: 0, to: client.serverNow() }], state: null },
  };
}

function unknownStream(stream: string): HubError {
  return new HubError("HUB-1305", `This Salesforce connection does not read ${stream}.`, {
    disposition: "stop-stream",
    place: { system: "salesforce", stream },
    remedy: "Name a custom object under `objects` of the connection in hub.yaml.",
  });
}
