import type { SandboxEnvironment, SandboxSystem } from "../kit/system.ts";
import type { SalesforceSeed } from "../seeds.ts";
import { Authorizations } from "./auth/authorizations.ts";
import { IdTokens } from "./auth/id-tokens.ts";
import { Credentials } from "./auth/credentials.ts";
import { Sessions } from "./auth/sessions.ts";
import { BulkJobs } from "./bulk/bulk-jobs.ts";
import { CallCounter } from "./control/calls.ts";
import { FAULTS, failure, routes } from "./control/dials.ts";
import { organise } from "./control/organisation.ts";
import { handleControl, writeAs } from "./control/routes.ts";
import type { RestState } from "./rest/call.ts";
import { serve } from "./rest/server.ts";
import type { ServerSettings } from "./rest/server.ts";
import { Cursors } from "./state/cursors.ts";
import { Org } from "./state/org.ts";
import { Quota } from "./state/quota.ts";
import { Recent } from "./state/recent.ts";
import { StagedTransactions } from "./state/staged.ts";

export { withOpportunities } from "./big.ts";
export type { BigOrg } from "./big.ts";
export { salesforceId, toId18 } from "./ids.ts";
export { HISTORIES, standardFields } from "./schema/index.ts";

const API_VERSION = "64.0";
/** Daily API calls: an Enterprise org's 100,000, or more than any demo makes. */
const DAILY_CALLS = { demo: 10_000_000, real: 100_000 };

/**
 * The Salesforce stand-in: OAuth, identity, and the REST API v31–v68 (query, records, collections, composite, describe,
 * limits, replication, Bulk 2.0 query jobs) over the seed's rows (reference salesforce.md).
 */
export function createSalesforce(seed: SalesforceSeed, environment: SandboxEnvironment): SandboxSystem {
  const { clock, random } = environment;
  const org = new Org(seed, clock);
  const userId = seed.integrationUserId;
  const sessions = new Sessions(() => org.id, clock, random);
  const credentials = new Credentials(org, random);
  const calls = new CallCounter();
  const rest: RestState = {
    org,
    cursors: new Cursors(clock),
    recent: new Recent(),
    bulkJobs: new BulkJobs(clock),
    quota: new Quota(clock, DAILY_CALLS[environment.limits]),
    staged: new StagedTransactions(org, environment.dials, (write, at) => writeAs({ rest, userId }, write, at)),
    schemaSince: clock.now(),
    dials: environment.dials,
  };
  const wallNow = (): number => clock.wallNow();
  const oauth = {
    org,
    sessions,
    credentials,
    runAsUserId: userId,
    wallNow,
    authorizations: new Authorizations(random, wallNow),
    idTokens: new IdTokens(),
  };
  const settings: ServerSettings = { gzip: false };
  const server = { rest, oauth, calls, settings };
  const first = sessions.open(userId, true);
  const user = org.tableNamed("User").get(userId);
  if (user === undefined) throw new TypeError(`the seed has no user ${userId}`);
  return {
    name: "salesforce",
    fetch: (request) => serve(server, request),
    control: (request) => handleControl({ rest, settings, sessions, credentials, calls, userId }, request),
    routes,
    faults: FAULTS,
    // Signing in is not a call of the API.
    uncounted: /^(?:GET|POST) \/services\/(?:oauth2|Soap)\//u,
    failure,
    organise: (change) => organise({ rest, sessions, userId }, change),
    describe: (origin) => ({
      baseUrl: origin,
      loginUrl: origin,
      apiVersion: API_VERSION,
      accessToken: first.token,
      clientId: credentials.clientId,
      clientSecret: credentials.clientSecret,
      username: credentials.username(user),
      password: credentials.password,
      securityToken: credentials.securityToken,
    }),
    environment: (origin) => ({
      SALESFORCE_PROD_LOGIN_URL: origin,
      SALESFORCE_PROD_CLIENT_ID: credentials.clientId,
      SALESFORCE_PROD_CLIENT_SECRET: credentials.clientSecret,
    }),
    close: () => Promise.resolve(),
  };
}
