import { bodyOf, pathOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { newLuid, stamp } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, notFound, TableauError } from "../wire/errors.ts";
import { asTree, flagOf, textOf } from "../wire/request-body.ts";
import type { RequestTree } from "../wire/request-body.ts";
import { allPublished } from "./published.ts";
import type { PublishedItem, Warning } from "./published.ts";

const TYPES = new Set(["WARNING", "DEPRECATED", "STALE", "SENSITIVE_DATA", "MAINTENANCE"]);

function itemOf(call: SiteCall): PublishedItem {
  if (!call.settings.catalog) {
    throw new TableauError("403157", "Feature Disabled", "Data-quality warnings need Tableau Catalog.");
  }
  const [kind, id] = [pathOf(call, "contentKind"), pathOf(call, "content")];
  const item = allPublished(call.site).find((candidate) => candidate.kind === kind && candidate.id === id);
  if (item === undefined) throw notFound("404000", `The ${kind} '${id}'`);
  return item;
}

function reply(call: SiteCall, item: PublishedItem): Reply {
  const warnings = item.warning === undefined ? [] : [warningElement(call, item, item.warning)];
  return { status: 200, elements: [collection("dataQualityWarningList", "dataQualityWarning", warnings)] };
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

/** `GET /dataQualityWarnings/{datasource|workbook}/{id}` */
export function getWarning(call: SiteCall): Reply {
  return reply(call, itemOf(call));
}

/** `POST …`: an item that has a warning already is refused with 409004; change that one instead. */
export async function addWarning(call: SiteCall): Promise<Reply> {
  const item = itemOf(call);
  if (item.warning !== undefined) {
    throw new TableauError("409004", "Resource Conflict", `The ${item.kind} has a data-quality warning already.`);
  }
  const values = await valuesIn(call);
  const now = call.state.environment.clock.now();
  item.warning = {
    id: newLuid(call.state),
    createdAt: now,
    userId: call.login.userId,
    type: typeOf(textOf(values, "type") ?? ""),
    message: textOf(values, "message") ?? "",
    isActive: flagOf(values, "isActive") ?? true,
    isSevere: flagOf(values, "isSevere") ?? false,
    updatedAt: now,
  };
  return reply(call, item);
}

/** `PUT …`: only the attributes given change. */
export async function updateWarning(call: SiteCall): Promise<Reply> {
  const item = itemOf(call);
  const warning = warningOf(item);
  const values = await valuesIn(call);
  warning.type = typeOf(textOf(values, "type") ?? warning.type);
  warning.message = textOf(values, "message") ?? warning.message;
  warning.isActive = flagOf(values, "isActive") ?? warning.isActive;
  warning.isSevere = flagOf(values, "isSevere") ?? warning.isSevere;
  warning.updatedAt = call.state.environment.clock.now();
  return reply(call, item);
}

/** `DELETE …`: 204. */
export function deleteWarning(call: SiteCall): Reply {
  const item = itemOf(call);
  warningOf(item);
  item.warning = undefined;
  return { status: 204 };
}

function warningOf(item: PublishedItem): Warning {
  if (item.warning === undefined) throw notFound("404000", "The data-quality warning");
  return item.warning;
}
