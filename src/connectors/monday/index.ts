import type { ConnectorDefinition } from "../kit/index.ts";
import { connectMonday } from "./connection.ts";
import { mondayNormaliser } from "./normalise.ts";
import { CREDENTIALS, settingsSchema } from "./settings.ts";
import type { MondaySettings } from "./settings.ts";
import { mondayNames } from "./shown-names.ts";
import { STREAMS } from "./streams.ts";
import { receiveMonday } from "./webhooks.ts";

export type { MondaySettings } from "./settings.ts";

/** monday.com: boards, items and their activity over the GraphQL API (reference monday.md). */
export const monday: ConnectorDefinition<MondaySettings> = {
  system: "monday",
  title: "monday.com",
  settings: settingsSchema,
  credentials: CREDENTIALS,
  streams: () => STREAMS,
  connect: (options) => Promise.resolve(connectMonday(options)),
  webhooks: receiveMonday,
  normaliser: (options) => mondayNormaliser(options),
  names: mondayNames,
};
