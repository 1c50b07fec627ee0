import { HubError } from "../../model/index.ts";
import type { Connection, ConnectOptions, ConnectorDefinition } from "../kit/index.ts";
import { siteAnswer, userAnswer } from "./answers.ts";
import { TableauClient } from "./client.ts";
import { publishFace } from "./publish.ts";
import { CREDENTIALS, settingsSchema, SIGN_INS } from "./settings.ts";
import type { TableauSettings } from "./settings.ts";

/** Tableau Server or Cloud over its REST API, to publish to. Errors: HUB-51xx. */
export const tableau: ConnectorDefinition<TableauSettings> = {
  system: "tableau",
  title: "Tableau",
  settings: settingsSchema,
  credentials: CREDENTIALS,
  signIns: SIGN_INS,
  streams: () => [],
  connect: async (options) => connection(options),
  normaliser: () => () => {
    throw nothingToRead();
  },
};

function connection(options: ConnectOptions<TableauSettings>): Connection {
  const client = new TableauClient(options);
  return {
    name: options.name,
    system: "tableau",
    identify: async (signal) => {
      const session = await client.session(signal);
      return {
        tenant: session.siteId,
        tenantName: await nameOr(session.siteUrl, () =>
          client.request({ method: "GET", path: "", schema: siteAnswer, operation: "GET /sites/…" }, signal),
        ),
        user: session.userId,
        userName: await nameOr(session.userId, () =>
          client.request(
            { method: "GET", path: `/users/${session.userId}`, schema: userAnswer, operation: "GET /users/…" },
            signal,
          ),
        ),
        apiVersion: client.apiVersion,
        notes:
          options.credentials["TOKEN_NAME"] === undefined
            ? []
            : ["A personal access token dies after 15 days without use and after one year at most."],
      };
    },
    describe: () => Promise.reject(nothingToRead()),
    publish: publishFace(client, options),
    calls: () => client.calls,
    close: () => client.close(),
  };
}

/** Names of the site and the user are for administrators' eyes; a publisher may not be allowed to see them. */
async function nameOr(otherwise: string, ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof HubError && (error.code === "HUB-5103" || error.code === "HUB-5104")) return otherwise;
    throw error;
  }
}

function nothingToRead(): HubError {
  return new HubError("HUB-5115", "Tableau is published to and not read from.", {
    disposition: "operator",
    place: { system: "tableau" },
    remedy: "Remove streams and mappings of the Tableau connection from the configuration.",
  });
}
