import type { ConnectorDefinition } from "../connectors/kit/index.ts";
import { mappingSchema } from "../mappings/index.ts";
import { isJsonObject } from "../model/index.ts";
import type { JsonObject } from "../model/index.ts";
import { bindingsSchema } from "./bindings-file.ts";
import { calendarSchema } from "./calendar-file.ts";
import type { FileKind } from "./file-kind.ts";
import { hubSchema } from "./hub-file.ts";
import { peopleSchema } from "./people-file.ts";
import { toJsonSchema } from "./shape.ts";
import { waiversSchema } from "./waivers-file.ts";

/** JSON Schemas for completion in an editor, by the name of the kind of file (`hub`, `mapping`, …). */
export function configurationSchemas(
  connectors: readonly ConnectorDefinition[],
  kinds: readonly FileKind<unknown>[],
): Readonly<Record<string, JsonObject>> {
  return {
    hub: withConnections(plainObject(toJsonSchema(hubSchema)), connectors),
    people: plainObject(toJsonSchema(peopleSchema)),
    calendar: plainObject(toJsonSchema(calendarSchema)),
    waivers: plainObject(toJsonSchema(waiversSchema)),
    bindings: plainObject(toJsonSchema(bindingsSchema)),
    mapping: plainObject(toJsonSchema(mappingSchema)),
    ...Object.fromEntries(kinds.map((kind) => [kind.name, plainObject(toJsonSchema(kind.schema))])),
  };
}

/** Puts each connector's own settings in the place of "anything". */
function withConnections(hub: JsonObject, connectors: readonly ConnectorDefinition[]): JsonObject {
  const properties = isJsonObject(hub["properties"]) ? hub["properties"] : {};
  const connections = isJsonObject(properties["connections"]) ? properties["connections"] : {};
  const oneOf = connectors.map((connector) => {
    const { $schema: _dialect, ...settings } = plainObject(toJsonSchema(connector.settings));
    const own = isJsonObject(settings["properties"]) ? settings["properties"] : {};
    const required = Array.isArray(settings["required"]) ? settings["required"] : [];
    return {
      ...settings,
      title: connector.title,
      properties: { system: { const: connector.system }, ...own },
      required: ["system", ...required],
    };
  });
  return { ...hub, properties: { ...properties, connections: { ...connections, additionalProperties: { oneOf } } } };
}

function plainObject(schema: unknown): JsonObject {
  return JSON.parse(JSON.stringify(schema)) as JsonObject;
}
