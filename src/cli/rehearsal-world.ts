import { z } from "zod";
import { handoffKind } from "../configuration/index.ts";
import type { Configuration } from "../configuration/index.ts";
import { parseRecordKey } from "../model/index.ts";
import type { Handoff } from "../model/index.ts";
import type { storedWorld } from "../sync/index.ts";

type World = Awaited<ReturnType<typeof storedWorld>>;

/** What writes to Salesforce carry that no stored record has: the fields of the hub's markers. */
const markerSettings = z.looseObject({
  externalIds: z.record(z.string(), z.string()).default({}),
  markers: z.record(z.string(), z.string()).default({}),
});

/**
 * The stored records with what writing needs besides and no record tells of: what contracts create from, which the
 * stand-in makes of the targets there are, and the fields that carry markers.
 */
export function worldToRehearseIn(
  { salesforce, asana, ...others }: World,
  configuration: Configuration,
  handoffs: readonly Handoff[],
): Readonly<Record<string, object>> {
  return {
    ...others,
    ...(salesforce === undefined ? {} : { salesforce: { ...salesforce, fields: markerFields(configuration) } }),
    ...(asana === undefined ? {} : { asana: { ...asana, templates: templates(configuration, handoffs) } }),
  };
}

function templates(configuration: Configuration, handoffs: readonly Handoff[]): readonly object[] {
  return configuration.compiled(handoffKind).flatMap(({ name: contract, createFrom }) => {
    if (createFrom === null || systemOf(configuration, createFrom.connection) !== "asana") return [];
    const targets = handoffs.flatMap((handoff) =>
      handoff.contract === contract && handoff.targetKey !== null ? [parseRecordKey(handoff.targetKey)?.id ?? ""] : [],
    );
    return [{ name: createFrom.template, like: targets }];
  });
}

function markerFields(configuration: Configuration): Readonly<Record<string, readonly object[]>> {
  const fields: Record<string, object[]> = {};
  for (const { system, settings } of configuration.connections.values()) {
    if (system !== "salesforce") continue;
    const { externalIds, markers } = markerSettings.parse(settings);
    for (const [object, name] of Object.entries(externalIds)) {
      (fields[object] ??= []).push({ name, externalId: true, unique: true });
    }
    for (const [object, name] of Object.entries(markers)) (fields[object] ??= []).push({ name });
  }
  return fields;
}

function systemOf({ connections }: Configuration, name: string): string | undefined {
  return connections.get(name)?.system;
}
