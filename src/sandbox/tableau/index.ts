import type { SandboxEnvironment, SandboxSystem } from "../kit/system.ts";
import type { TableauSeed } from "../seeds.ts";
import { controlRoutes } from "./control.ts";
import { HyperEngine } from "./data/hyper-engine.ts";
import { FACE } from "./dials.ts";
import { answer, CallCounter } from "./gateway.ts";
import type { Gateway } from "./gateway.ts";
import { changeOrganisation } from "./organisation.ts";
import { defaultSettings } from "./settings.ts";
import { addProject, createSite, findProject, newLuid } from "./state.ts";
import type { ServerState, Site } from "./state.ts";
import { WebhookDeliveries } from "./webhooks/deliveries.ts";

export interface TableauOptions {
  /** Path of a Hyper engine to look into published extracts with; by default `HUB_HYPERD`. */
  readonly hyperd?: string;
}

const TOKEN_NAME = "process-hub";
const TOKEN_SECRET = "qlE1g9MMh9vbrjjg==:rZTHhPpP2tUW1kfn4tjg8";
const CONNECTED_APP = {
  clientId: "0f3c1a52-6d1e-4b0c-9a57-3e1f6a0c2b11",
  secretId: "b8d1c9e4-27f3-4c55-8f0a-91d2e7a4c630",
  secret: "Yq3vZ0m8t2Kx6sJpR1wN5bHc7dLfGaUe4oTiVyXkMzE=",
};
const PASSWORD = "tableau-sandbox";

/**
 * A stand-in for Tableau Cloud's REST API: sign-in, projects, data sources, file uploads and jobs, as in reference
 * tableau.md §1 to §4.
 */
export function createTableau(
  seed: TableauSeed,
  environment: SandboxEnvironment,
  options: TableauOptions = {},
): SandboxSystem {
  const state: ServerState = {
    environment,
    sites: new Map(),
    users: new Map(),
    accessTokens: new Map([[TOKEN_NAME, TOKEN_SECRET]]),
    connectedApp: CONNECTED_APP,
    usedJwts: new Map(),
    logins: new Map(),
    groups: new Map(),
    schedules: new Map(),
    webhooks: new WebhookDeliveries(environment),
    nextPage: 1000,
  };
  const ownerId = newLuid(state);
  state.users.set(ownerId, { id: ownerId, name: seed.userName, password: PASSWORD });
  const groupId = newLuid(state);
  state.groups.set(groupId, { id: groupId, name: "All Users", userIds: new Set([ownerId]) });
  const site = createSite(state, seed.siteContentUrl, seed.siteName, ownerId);
  for (const path of seed.projects) ensureProject(state, site, path, ownerId);
  const hyperd = options.hyperd ?? process.env["HUB_HYPERD"];
  const gateway: Gateway = {
    state,
    settings: defaultSettings(environment.limits),
    engine: new HyperEngine(hyperd === "" ? undefined : hyperd, environment.directory),
    calls: new CallCounter(),
  };
  const control = controlRoutes(gateway);
  return {
    name: "tableau",
    fetch: (request) => answer(gateway, request),
    control: (request) => control.fetch(request),
    ...FACE,
    organise: (change) => changeOrganisation(state, change),
    describe: (origin) => ({
      baseUrl: origin,
      site: seed.siteContentUrl,
      tokenName: TOKEN_NAME,
      tokenSecret: TOKEN_SECRET,
      userName: seed.userName,
      clientId: CONNECTED_APP.clientId,
      secretId: CONNECTED_APP.secretId,
      secret: CONNECTED_APP.secret,
    }),
    environment: (origin) => ({
      TABLEAU_CLOUD_BASE_URL: origin,
      TABLEAU_CLOUD_SITE: seed.siteContentUrl,
      TABLEAU_CLOUD_TOKEN_NAME: TOKEN_NAME,
      TABLEAU_CLOUD_TOKEN_SECRET: TOKEN_SECRET,
    }),
    tick: () => state.webhooks.settled(),
    close: async () => {
      await state.webhooks.settled();
      await gateway.engine.close();
    },
  };
}

/** @param path names from the top, separated by `/`. */
function ensureProject(state: ServerState, site: Site, path: string, ownerId: string): void {
  let parentId: string | undefined;
  for (const name of path.split("/").map((part) => part.trim())) {
    const project = findProject(site, name, parentId) ?? addProject(state, site, { name, ownerId, parentId });
    parentId = project.id;
  }
}
