import { SalesforceError } from "../errors.ts";
import type { RestState } from "../rest/call.ts";
import { normalizeId } from "../state/org.ts";
import { convertLead, hardDelete, mergeRecords } from "../writes/index.ts";
import type { WriteContext } from "../writes/index.ts";
import type { OAuthState } from "./oauth.ts";
import { soapLogin, userInfoXml } from "./soap-login.ts";
import { blocks, element, elements, envelope, fault, tag } from "./soap-xml.ts";

interface SoapState {
  readonly oauth: OAuthState;
  readonly rest: RestState;
}

const OLDEST = 31;
const NEWEST = 68;
const CALLS = [
  "login",
  "logout",
  "getUserInfo",
  "getServerTimestamp",
  "convertLead",
  "merge",
  "emptyRecycleBin",
] as const;

/** Runs one of several requests of a call as a transaction; what goes wrong becomes its `errors`. */
function outcome(context: WriteContext, run: () => string): string {
  try {
    return `<result>${context.org.atomically(run)}</result>`;
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error;
    const told = tag("message", error.message) + tag("statusCode", error.code);
    return `<result><errors>${told}</errors>${tag("success", "false")}</result>`;
  }
}

function convert(context: WriteContext, xml: string): string {
  return blocks(xml, "leadConverts")
    .map((each) =>
      outcome(context, () => {
        const text = (name: string): string | undefined => element(each, name) ?? undefined;
        const done = convertLead(context, {
          leadId: normalizeId(text("leadId") ?? "") ?? "",
          convertedStatus: text("convertedStatus"),
          accountId: text("accountId"),
          contactId: text("contactId"),
          opportunityId: text("opportunityId"),
          opportunityName: text("opportunityName"),
          doNotCreateOpportunity: text("doNotCreateOpportunity") === "true",
          ownerId: text("ownerId"),
        });
        return (
          tag("accountId", done.accountId)
          + tag("contactId", done.contactId)
          + tag("leadId", done.leadId)
          + tag("opportunityId", done.opportunityId)
          + tag("success", "true")
        );
      }),
    )
    .join("");
}

function merge(context: WriteContext, xml: string): string {
  // jsforce names the element `mergeRequests`.
  return [...blocks(xml, "request"), ...blocks(xml, "mergeRequests")]
    .map((each) =>
      outcome(context, () => {
        const [master = ""] = blocks(each, "masterRecord");
        const id = element(master, "Id") ?? element(master, "id") ?? "";
        const object = context.org.schema.objects.find((one) => one.keyPrefix === id.slice(0, 3) && one.mergeable);
        if (object === undefined) throw new SalesforceError(400, "MALFORMED_ID", `malformed id ${id}`);
        const losers = elements(each, "recordToMergeIds");
        for (const loser of losers) mergeRecords(context, object, id, loser);
        const merged = losers.map((loser) => tag("mergedRecordIds", normalizeId(loser)));
        return tag("id", normalizeId(id)) + merged.join("") + tag("success", "true");
      }),
    )
    .join("");
}

function emptyBin(context: WriteContext, xml: string): string {
  return elements(xml, "ids")
    .map((id) =>
      outcome(context, () => {
        const full = normalizeId(id) ?? id;
        const object = context.org.schema.objects.find((one) => one.deletable && one.keyPrefix === id.slice(0, 3));
        const row = object === undefined ? undefined : context.org.table(object).get(full);
        if (object === undefined || row?.["IsDeleted"] !== true) {
          throw new SalesforceError(400, "INVALID_ID_FIELD", "invalid record id; not in recycle bin");
        }
        hardDelete(context, object, full);
        return tag("id", full) + tag("success", "true");
      }),
    )
    .join("");
}

/** `POST /services/Soap/u/{version}`: the calls of the partner API that have no REST counterpart (§2.1, §3). */
export function answerSoap(state: SoapState, xml: string, version: string, origin: string): Response {
  const number = Number(version);
  if (!/^\d+\.0$/u.test(version) || number < OLDEST || number > NEWEST) {
    return fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL");
  }
  const body = blocks(xml, "Body")[0] ?? xml;
  const name = CALLS.find((each) => new RegExp(`<(?:\\w+:)?${each}[\\s/>]`, "u").test(body));
  if (name === undefined) return fault("INVALID_OPERATION", "This operation is not available");
  const { oauth, rest } = state;
  if (name === "login") return soapLogin(oauth, xml, number, origin);
  const session = oauth.sessions.find(element(xml, "sessionId") ?? "");
  const user = session === undefined ? undefined : rest.org.tableNamed("User").get(session.userId);
  if (session === undefined || user === undefined) {
    return fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session");
  }
  const context = { org: rest.org, userId: user.Id, at: rest.org.now() };
  switch (name) {
    case "logout":
      oauth.sessions.revoke(session.token);
      return envelope(200, "<logoutResponse/>");
    case "getUserInfo":
      return answer(name, `<result>${userInfoXml(oauth, user)}</result>`);
    case "getServerTimestamp":
      return answer(name, `<result>${tag("timestamp", new Date(rest.org.clock.now()).toISOString())}</result>`);
    case "convertLead":
      return answer(name, convert(context, body));
    case "merge":
      return answer(name, merge(context, body));
    case "emptyRecycleBin":
      return answer(name, emptyBin(context, body));
    default:
      return name satisfies never;
  }
}

function answer(name: string, results: string): Response {
  return envelope(200, `<${name}Response>${results}</${name}Response>`);
}
