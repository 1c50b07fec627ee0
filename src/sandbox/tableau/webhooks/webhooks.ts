import { bodyOf, pathOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { siteRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { newLuid, stamp } from "../state.ts";
import { collection, element, textElement } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, notFound } from "../wire/errors.ts";
import { asTree, flagOf, requiredText, textOf } from "../wire/request-body.ts";
import type { RequestTree } from "../wire/request-body.ts";
import { post } from "./deliveries.ts";
import type { Webhook } from "./deliveries.ts";
import { eventElementName, eventIn } from "./events.ts";

/** Webhooks of a site (reference tableau.md §3.8); no login with a JWT reaches them. */
export const WEBHOOK_ROUTES: readonly Route[] = [
  siteRoute("GET", "webhooks", "webhooks.list", "none", listWebhooks),
  siteRoute("POST", "webhooks", "webhooks.create", "none", createWebhook),
  siteRoute("GET", "webhooks/:webhook", "webhooks.get", "none", getWebhook),
  siteRoute("PUT", "webhooks/:webhook", "webhooks.update", "none", updateWebhook),
  siteRoute("DELETE", "webhooks/:webhook", "webhooks.delete", "none", deleteWebhook),
  siteRoute("GET", "webhooks/:webhook/test", "webhooks.test", "none", testWebhook),
];

function webhookElement(webhook: Webhook): Element {
  return element(
    "webhook",
    {
      id: webhook.id,
      name: webhook.name,
      event: webhook.event,
      isEnabled: webhook.isEnabled,
      statusChangeReason: webhook.statusChangeReason,
      createdAt: stamp(webhook.createdAt),
      updatedAt: stamp(webhook.updatedAt),
    },
    [
      element("webhook-source", {}, [element(eventElementName(webhook.event))]),
      element("webhook-destination", {}, [element("webhook-destination-http", { method: "POST", url: webhook.url })]),
      element("owner", { id: webhook.ownerId }),
    ],
  );
}

function webhookOf(call: SiteCall): Webhook {
  const id = pathOf(call, "webhook");
  const webhook = call.site.webhooks.get(id);
  if (webhook === undefined) throw notFound("404000", `Webhook '${id}'`);
  return webhook;
}

/** The address deliveries go to; the real service takes HTTPS only. */
function urlIn(values: RequestTree): string | undefined {
  const destination = asTree(asTree(values["webhook-destination"])["webhook-destination-http"]);
  const url = textOf(destination, "url");
  if (url !== undefined && !/^https?:\/\/./u.test(url)) throw badRequest(`'${url}' is not an address to deliver to.`);
  return url;
}

function listWebhooks(call: SiteCall): Reply {
  const webhooks = [...call.site.webhooks.values()].map(webhookElement);
  return { status: 200, elements: [collection("webhooks", "webhook", webhooks)] };
}

function getWebhook(call: SiteCall): Reply {
  return { status: 200, elements: [webhookElement(webhookOf(call))] };
}

async function createWebhook(call: SiteCall): Promise<Reply> {
  const values = asTree((await bodyOf(call))["webhook"]);
  const [event, url] = [eventIn(values), urlIn(values)];
  if (event === undefined || url === undefined) throw badRequest("A webhook needs an event and a destination.");
  const now = call.state.environment.clock.now();
  const webhook: Webhook = {
    id: newLuid(call.state),
    name: requiredText(values, "name", "webhook"),
    event,
    url,
    isEnabled: flagOf(values, "isEnabled") ?? true,
    statusChangeReason: "",
    ownerId: call.login.userId,
    createdAt: now,
    updatedAt: now,
    failures: 0,
  };
  call.site.webhooks.set(webhook.id, webhook);
  return { status: 201, elements: [webhookElement(webhook)] };
}

async function updateWebhook(call: SiteCall): Promise<Reply> {
  const webhook = webhookOf(call);
  const values = asTree((await bodyOf(call))["webhook"]);
  const [event, url] = [eventIn(values), urlIn(values)];
  webhook.event = event ?? webhook.event;
  webhook.url = url ?? webhook.url;
  webhook.name = textOf(values, "name") ?? webhook.name;
  webhook.isEnabled = flagOf(values, "isEnabled") ?? webhook.isEnabled;
  webhook.statusChangeReason = textOf(values, "statusChangeReason") ?? webhook.statusChangeReason;
  webhook.failures = 0;
  webhook.updatedAt = call.state.environment.clock.now();
  return { status: 200, elements: [webhookElement(webhook)] };
}

function deleteWebhook(call: SiteCall): Reply {
  call.site.webhooks.delete(webhookOf(call).id);
  return { status: 204 };
}

/** Delivers an empty event now and tells what the receiver answered. */
async function testWebhook(call: SiteCall): Promise<Reply> {
  const webhook = webhookOf(call);
  const { status, text } = await post(webhook.url, {
    resource: webhook.event.startsWith("Workbook") ? "WORKBOOK" : "DATASOURCE",
    event_type: webhook.event,
    resource_name: "",
    site_luid: call.site.id,
    resource_luid: "",
    created_at: stamp(call.state.environment.clock.now()),
  });
  const result = element("webhookTestResult", { id: webhook.id, status }, [textElement("body", text)]);
  return { status: 200, elements: [result] };
}
