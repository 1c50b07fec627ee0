import { bodyOf, pathOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { siteRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { newLuid, stamp } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, notFound, TableauError } from "../wire/errors.ts";
import { asTree, flagOf, textOf } from "../wire/request-body.ts";
import type { RequestTree } from "../wire/request-body.ts";
import { allPublished } from "./published.ts";
import type { PublishedItem, Warning } from "./published.ts";

const TYPES = new Set(["WARNING", "DEPRECATED", "STALE", "SENSITIVE_DATA", "MAINTENANCE"]);

/** Something published with those of its warnings that a path names: all of them, or the one of an id. */
interface Named {
  readonly item: PublishedItem;
  readonly warnings: readonly Warning[];
}

function namedBy(call: SiteCall): Named {
  if (!call.settings.catalog) {
    throw new TableauError("403157", "Feature Disabled", "Data-quality warnings need Tableau Catalog.");
  }
  const wanted = call.path["warning"];
  if (wanted !== undefined) {
    for (const item of allPublished(call.site)) {
      const warning = item.warnings.find(({ id }) => id === wanted);
      if (warning !== undefined) return { item, warnings: [warning] };
    }
    throw notFound("404000", `The data-quality warning '${wanted}'`);
  }
  const [kind, id] = [pathOf(call, "contentKind"), pathOf(call, "content")];
  const item = allPublished(call.site).find((candidate) => candidate.kind === kind && candidate.id === id);
  if (item === undefined) throw notFound("404000", `The ${kind} '${id}'`);
  return { item, warnings: item.warnings };
}

/** Those that a call changes, of which there has to be one. */
function changedBy(call: SiteCall): Named {
  const named = namedBy(call);
  if (named.warnings.length === 0) throw notFound("404000", "The data-quality warning");
  return named;
}

function reply(call: SiteCall, { item, warnings }: Named): Reply {
  const elements = warnings.map((warning) => warningElement(call, item, warning));
  return { status: 200, elements: [collection("dataQualityWarningList", "dataQualityWarning", elements)] };
}

function warningElement(call: SiteCall, item: PublishedItem, warning: Warning): Element {
  return element(
    "dataQualityWarning",
    {
      id: warning.id,
      userDisplayName: call.state.users.get(warning.userId)?.name,
      contentId: item.id,
      contentType: item.kind.toUpperCase(),
      type: warning.type,
      message: warning.message,
      isActive: warning.isActive,
      isSevere: warning.isSevere,
      createdAt: stamp(warning.createdAt),
      updatedAt: stamp(warning.updatedAt),
    },
    [element("site", { id: call.site.id }), element("owner", { id: warning.userId })],
  );
}

async function valuesIn(call: SiteCall): Promise<RequestTree> {
  return asTree((await bodyOf(call))["dataQualityWarning"]);
}

function typeOf(text: string): string {
  if (!TYPES.has(text)) throw badRequest(`'${text}' is not a type of data-quality warning.`);
  return text;
}

const ONE = "dataQualityWarnings/:warning";
const OF_CONTENT = "dataQualityWarnings/:contentKind/:content";

/** All warnings of something published, or one of them by its id: a change by content reaches them all. */
export const WARNING_ROUTES: readonly Route[] = [
  siteRoute("POST", OF_CONTENT, "warnings.add", "any", addWarning),
  ...[ONE, OF_CONTENT].flatMap((path) => [
    siteRoute("GET", path, "warnings.get", "any", (call) => reply(call, namedBy(call))),
    siteRoute("PUT", path, "warnings.update", "any", updateWarnings),
    siteRoute("DELETE", path, "warnings.delete", "any", deleteWarnings),
  ]),
];

/** An item that has as many as it may have is refused with 409004; change one of those instead. */
async function addWarning(call: SiteCall): Promise<Reply> {
  const { item } = namedBy(call);
  if (item.warnings.length >= call.settings.warningsPerItem) {
    throw new TableauError("409004", "Resource Conflict", `The ${item.kind} has a data-quality warning already.`);
  }
  const values = await valuesIn(call);
  const now = call.state.environment.clock.now();
  const warning: Warning = {
    id: newLuid(call.state),
    createdAt: now,
    userId: call.login.userId,
    type: typeOf(textOf(values, "type") ?? ""),
    message: textOf(values, "message") ?? "",
    isActive: flagOf(values, "isActive") ?? true,
    isSevere: flagOf(values, "isSevere") ?? false,
    updatedAt: now,
  };
  item.warnings = [...item.warnings, warning];
  return reply(call, { item, warnings: item.warnings });
}

/** Only the attributes given change. */
async function updateWarnings(call: SiteCall): Promise<Reply> {
  const named = changedBy(call);
  const values = await valuesIn(call);
  for (const warning of named.warnings) {
    warning.type = typeOf(textOf(values, "type") ?? warning.type);
    warning.message = textOf(values, "message") ?? warning.message;
    warning.isActive = flagOf(values, "isActive") ?? warning.isActive;
    warning.isSevere = flagOf(values, "isSevere") ?? warning.isSevere;
    warning.updatedAt = call.state.environment.clock.now();
  }
  return reply(call, named);
}

/** 204. */
function deleteWarnings(call: SiteCall): Reply {
  const { item, warnings } = changedBy(call);
  item.warnings = item.warnings.filter((warning) => !warnings.includes(warning));
  return { status: 204 };
}
