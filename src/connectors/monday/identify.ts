import { HubError } from "../../model/index.ts";
import type { Identity } from "../kit/index.ts";
import { identitySchema } from "./answers.ts";
import { IDENTITY } from "./documents.ts";
import { API_VERSION } from "./gateway.ts";
import type { MondayGateway } from "./gateway.ts";

/** Asks whose token it is, books the day's allowance and looks at how long the pinned version will be served. */
export async function identify(gateway: MondayGateway, signal: AbortSignal): Promise<Identity> {
  const { data } = await gateway.ask({
    operation: "identity",
    query: IDENTITY,
    variables: {},
    answer: identitySchema,
    signal,
  });
  const { me, account, version, versions, platform_api: platform } = data;
  if (me === null || account === null) {
    throw new HubError("HUB-1501", "monday.com does not say whose token this is.", {
      disposition: "operator",
      place: { system: "monday" },
      remedy: "Give the token the scopes me:read and account:read.",
    });
  }
  const limit = platform?.daily_limit?.total ?? null;
  if (limit !== null) await gateway.bookDailyLimit(limit);
  return {
    tenant: account.id,
    tenantName: account.name,
    user: me.id,
    userName: me.name,
    apiVersion: version.value,
    notes: versionNotes(version.kind, versions ?? []),
  };
}

/** What the admin should know of the pinned version's future (reference monday.md §2). */
function versionNotes(
  served: string,
  versions: readonly { readonly value: string; readonly kind: string }[],
): readonly string[] {
  const kind = versions.find(({ value }) => value === API_VERSION)?.kind ?? served;
  if (kind === "current" || kind === "release_candidate" || kind === "dev") return [];
  const current = versions.find((one) => one.kind === "current")?.value;
  const instead = current === undefined ? "" : `; the current one is ${current}`;
  const state =
    kind === "deprecated"
      ? "is deprecated and may be answered in another version any day"
      : `is in maintenance (${kind.replaceAll(/_+/gu, " ")}) and will be removed`;
  return [`API version ${API_VERSION} ${state}${instead}. Update the hub to a release that uses it.`];
}
