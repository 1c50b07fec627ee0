import type { Connection, ConnectOptions, ConnectorDefinition } from "../kit/index.ts";
import { SalesforceClient } from "./client.ts";
import { Descriptions } from "./descriptions.ts";
import { fullId } from "./ids.ts";
import { salesforceNormaliser } from "./normaliser.ts";
import { objectsOf, streamsOf } from "./objects.ts";
import { readFace } from "./read.ts";
import { CREDENTIALS, settingsSchema } from "./settings.ts";
import type { SalesforceSettings } from "./settings.ts";
import { salesforceNames } from "./shown-names.ts";
import { writeFace } from "./write.ts";

/** Salesforce over its REST API and Bulk API 2.0. Errors: HUB-1202 (unreachable) and HUB-13xx. */
export const salesforce: ConnectorDefinition<SalesforceSettings> = {
  system: "salesforce",
  title: "Salesforce",
  settings: settingsSchema,
  credentials: CREDENTIALS,
  streams: streamsOf,
  connect: async (options) => connection(options),
  normaliser: salesforceNormaliser,
  names: salesforceNames,
};

function connection(options: ConnectOptions<SalesforceSettings>): Connection {
  const client = new SalesforceClient(options);
  const descriptions = new Descriptions(client);
  return {
    name: options.name,
    system: "salesforce",
    identify: async (signal) => {
      const user = await client.userInfo(signal);
      const present = await client.objects(signal);
      const absent = objectsOf(options.settings).filter((spec) => !present.has(spec.name));
      return {
        tenant: fullId(user.organization_id),
        tenantName: new URL(client.instanceUrl).hostname,
        user: fullId(user.user_id),
        userName: user.preferred_username ?? user.name ?? user.user_id,
        apiVersion: client.apiVersion,
        notes: absent.map((spec) =>
          spec.role === "history"
            ? `${spec.name} is not there: field history of ${spec.parent?.object ?? "its object"} is not switched on, so earlier changes stay unknown.`
            : `${spec.name} is not there, or the hub may not see it.`,
        ),
      };
    },
    describe: async (stream, signal) => {
      const described = await descriptions.get(stream, signal);
      return { stream, fields: described.fields.map(({ name, label, type }) => ({ name, label, type })) };
    },
    read: readFace(client, descriptions, options.settings),
    write: writeFace(client, descriptions, options.settings),
    calls: () => client.calls,
    close: () => Promise.resolve(),
  };
}
