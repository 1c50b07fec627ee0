import { HubError } from "../../model/index.ts";
import type { Descriptions } from "./descriptions.ts";
import type { SalesforceSettings } from "./settings.ts";

/** The field of an object that carries the hub's marker. */
export interface MarkerField {
  readonly name: string;
  /** True where Salesforce goes by it itself: one record a marker, however often it is sent. */
  readonly external: boolean;
}

/** @throws HubError HUB-1313 where none is configured, or the one configured cannot carry a marker. */
export async function markerField(
  settings: SalesforceSettings,
  descriptions: Descriptions,
  object: string,
  signal: AbortSignal,
): Promise<MarkerField> {
  const external = settings.externalIds?.[object];
  const name = external ?? settings.markers?.[object];
  if (name === undefined) throw noMarker(object, "none is configured");
  const described = await descriptions.get(object, signal);
  const field = described.fields.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (field === undefined) throw noMarker(object, `there is no ${name} the hub may see`);
  if (external !== undefined && field.externalId === false) throw noMarker(object, `${name} is no external id`);
  if (external === undefined && field.filterable === false) throw noMarker(object, `nothing is found by ${name}`);
  return { name: field.name, external: external !== undefined };
}

function noMarker(object: string, why: string): HubError {
  return new HubError("HUB-1313", `No field of ${object} carries the hub's marker: ${why}. Nothing is created there.`, {
    disposition: "operator",
    place: { system: "salesforce", stream: object },
    remedy: `Create a unique external id field on ${object} and name it under \`externalIds\` of the connection in hub.yaml; or name a short text field under \`markers\`.`,
  });
}
