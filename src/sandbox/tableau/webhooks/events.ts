import { badRequest } from "../wire/errors.ts";
import { asTree, textOf } from "../wire/request-body.ts";
import type { RequestTree } from "../wire/request-body.ts";

const EVENTS = [
  "DatasourceCreated",
  "DatasourceUpdated",
  "DatasourceDeleted",
  "DatasourceRefreshStarted",
  "DatasourceRefreshSucceeded",
  "DatasourceRefreshFailed",
  "WorkbookCreated",
  "WorkbookUpdated",
  "WorkbookDeleted",
  "WorkbookRefreshStarted",
  "WorkbookRefreshSucceeded",
  "WorkbookRefreshFailed",
] as const;

/** What a webhook can be told of; other events of the real service never happen here. */
export type WebhookEvent = (typeof EVENTS)[number];

/** The element that stands for an event: `webhook-source-event-datasource-refresh-failed`. */
export function eventElementName(event: WebhookEvent): string {
  return `webhook-source-event${event.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The event of a request, named by the attribute `event` or by the element in `webhook-source`. */
export function eventIn(webhook: RequestTree): WebhookEvent | undefined {
  const named = textOf(webhook, "event");
  const source = Object.keys(asTree(webhook["webhook-source"]));
  if (named === undefined && source.length === 0) return undefined;
  const event = EVENTS.find((each) => each === named || source.includes(eventElementName(each)));
  if (event === undefined) throw badRequest(`'${named ?? source.join(" ")}' is not an event of a webhook.`);
  return event;
}
