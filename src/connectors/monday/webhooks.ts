import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { HubError, isJsonObject, SECOND } from "../../model/index.ts";
import type { Instant, JsonObject } from "../../model/index.ts";
import type { WebhookMark, WebhookOutcome, WebhookReceiver, WebhookRequest } from "../kit/index.ts";
import { parseJson } from "./board-columns.ts";
import { scalar } from "./field-values.ts";

/** Parameters of a hook's address: monday.com calls back unsigned unless an app made the hook (reference monday.md §10). */
const SECRET_PARAMETER = "secret";
const TOKEN_PARAMETER = "token";
/** Signed tokens of a call are this long past their end still taken: clocks differ. */
const LEEWAY_MS = 60 * SECOND;

const eventSchema = z.looseObject({
  type: z.string(),
  subscriptionId: z.union([z.string(), z.number()]).transform(String).optional(),
  triggerUuid: z.string().optional(),
});

/**
 * monday.com's calls: the challenge is echoed while the hook is being made; an event marks the item it is about, and for
 * subitems their parent, too. A call is trusted when it carries a token signed with one of the hook's secrets, or one of
 * them in its address as `secret`. Which of the two does not matter: a call that carries a token has to carry a good one.
 * @throws HubError HUB-1520 for a call that is not to be trusted, HUB-1521 for one that says nothing known.
 */
export const receiveMonday: WebhookReceiver = (request, hook) => {
  const body = parseJson(new TextDecoder().decode(request.body));
  if (!isJsonObject(body)) throw unknownCall("its body is no JSON object");
  const { challenge } = body;
  if (typeof challenge === "string") {
    if (!hook.expected) throw untrusted("a challenge came for a hook that is not being made");
    return answer(200, JSON.stringify({ challenge }));
  }
  authenticate(request, hook.secrets, hook.now);
  const event = eventSchema.safeParse(body["event"]);
  if (!event.success || !isJsonObject(body["event"])) throw unknownCall("it holds no event");
  const { subscriptionId = "", triggerUuid } = event.data;
  const delivery = triggerUuid === undefined ? fingerprint(body["event"]) : `${subscriptionId}+${triggerUuid}`;
  return { ...answer(200, "{}"), marks: marksOf(body["event"], delivery) };
};

function answer(status: number, body: string): WebhookOutcome {
  return { answer: { status, headers: { "content-type": "application/json" }, body }, marks: [] };
}

/** Without an id of the delivery, the same content is the same delivery. */
function fingerprint(event: JsonObject): string {
  const { isRetry: _, ...said } = event;
  return createHmac("sha256", "monday").update(JSON.stringify(said)).digest("hex");
}

/** What to read again, from every shape an event comes in: `pulseId`, `itemId`, `subitem`, and the parents of subitems. */
function marksOf(event: JsonObject, delivery: string): readonly WebhookMark[] {
  const marks = new Map<string, WebhookMark>();
  const mark = (stream: string, id: unknown): void => {
    const text = typeof id === "string" || typeof id === "number" ? String(id) : "";
    if (/^\d+$/u.test(text)) marks.set(`${stream} ${text}`, { stream, id: text, delivery });
  };
  const type = scalar(event["type"]);
  const parent = event["parentItemId"];
  const subitem = isJsonObject(event["subitem"]) ? event["subitem"]["id"] : event["subitem"];
  const nested = parent !== undefined || subitem !== undefined || type.includes("subitem");
  const own = nested ? "subitems" : "items";
  for (const key of ["pulseId", "itemId"]) mark(own, event[key]);
  mark("subitems", subitem);
  for (const key of ["parentItemId", "sourcePulseId", "destPulseId"]) mark("items", event[key]);
  if (/column|group|board/u.test(type) && marks.size === 0) mark("boards", event["boardId"]);
  return [...marks.values()];
}

function authenticate(request: WebhookRequest, secrets: readonly string[], now: Instant): void {
  const parameters = new URL(request.url, "http://hub.invalid").searchParams;
  const header = request.headers["authorization"]?.replace(/^Bearer /iu, "");
  const token = header ?? parameters.get(TOKEN_PARAMETER);
  if (token !== null) {
    if (!secrets.some((secret) => isSigned(token, secret))) throw untrusted("its token is not signed with the secret");
    checkClaims(token, request, now);
    return;
  }
  const told = parameters.get(SECRET_PARAMETER);
  if (told === null || !secrets.some((secret) => equal(Buffer.from(told), Buffer.from(secret))))
    throw untrusted("it carries neither a signed token nor the hook's secret");
}

/** HS256 only: a token that names another algorithm is not looked at, whatever it says. */
function isSigned(token: string, secret: string): boolean {
  const [header, payload, signature, more] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined || more !== undefined) return false;
  const said = z.looseObject({ alg: z.literal("HS256") }).safeParse(parseJson(decoded(header)));
  if (!said.success || secret === "") return false;
  const expected = createHmac("sha256", secret).update(`${header}.${payload}`).digest();
  return equal(Buffer.from(signature, "base64url"), expected);
}

const claimsSchema = z.looseObject({
  exp: z.number(),
  iat: z.number().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});

/** The token must not be over, and be meant for this very address. */
function checkClaims(token: string, request: WebhookRequest, now: Instant): void {
  const claims = claimsSchema.safeParse(parseJson(decoded(token.split(".")[1] ?? "")));
  if (!claims.success) throw untrusted("its token does not say until when it holds");
  const { exp, iat, aud } = claims.data;
  if (exp * SECOND + LEEWAY_MS < now) throw untrusted("its token is over");
  if (iat !== undefined && iat * SECOND - LEEWAY_MS > now) throw untrusted("its token is from the future");
  // Which name and proxy lead here is not monday.com's to know, so only the paths have to agree.
  const addresses = [aud ?? []].flat().filter((one) => URL.canParse(one));
  const here = new URL(request.url, "http://hub.invalid").pathname;
  if (addresses.length > 0 && !addresses.some((one) => new URL(one).pathname === here))
    throw untrusted("its token is meant for another address");
}

const decoded = (part: string): string => Buffer.from(part, "base64url").toString("utf8");

/** Takes as long whether they are equal or not. */
function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function untrusted(why: string): HubError {
  return new HubError("HUB-1520", `A call in monday.com's name is not trusted: ${why}.`, {
    disposition: "skip-record",
    place: { system: "monday", request: "webhook" },
    remedy: "Answer 401. If monday.com really sent it, make the webhook again so that both sides hold the same secret.",
  });
}

function unknownCall(why: string): HubError {
  return new HubError("HUB-1521", `A webhook call of monday.com cannot be read: ${why}.`, {
    disposition: "skip-record",
    place: { system: "monday", request: "webhook" },
    remedy: "Nothing is lost: the next cycle reads what changed.",
  });
}
