import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { WebhookMark, WebhookOutcome, WebhookReceiver } from "../kit/index.ts";

const SECRET = "x-hook-secret";
const SIGNATURE = "x-hook-signature";

const target = z.looseObject({ gid: z.string(), resource_type: z.string().nullish() });
const eventSchema = z.looseObject({
  action: z.string(),
  created_at: z.string().nullish(),
  resource: target.nullish(),
  parent: target.nullish(),
  user: z.looseObject({ gid: z.string() }).nullish(),
});
const bodySchema = z.looseObject({ events: z.array(z.unknown()) });
type HookEvent = z.output<typeof eventSchema>;

/**
 * Asana's calls (reference asana.md §14): the handshake is answered only while the hook is being made; anything else has
 * to carry the hex HMAC-SHA256 of its very bytes. Events of one call that are about the same task are one mark; a call
 * without events is a heartbeat.
 * @throws HubError HUB-1424 for a call that is not to be trusted, HUB-1425 for one that cannot be read.
 */
export const receiveAsana: WebhookReceiver = (request, hook) => {
  const secret = request.headers[SECRET];
  if (secret !== undefined) {
    // A known hook is never given another secret: who asks for that is not Asana.
    if (!hook.expected || secret === "") throw untrusted("a handshake came for a hook that is not being made");
    return { ...answer({ [SECRET]: secret }), secret };
  }
  const signature = request.headers[SIGNATURE] ?? "";
  if (!hook.secrets.some((one) => one !== "" && isSigned(request.body, signature, one)))
    throw untrusted("its signature is not that of its bytes");
  const body = bodySchema.safeParse(parseJson(request.body));
  if (!body.success) throw unknownCall();
  const events = body.data.events.flatMap((event) => {
    const parsed = eventSchema.safeParse(event);
    return parsed.success ? [parsed.data] : [];
  });
  return { ...answer({}), marks: marksOf(events) };
};

function answer(headers: Readonly<Record<string, string>>): WebhookOutcome {
  return { answer: { status: 200, headers, body: "" }, marks: [] };
}

function isSigned(body: Uint8Array, signature: string, secret: string): boolean {
  if (!/^[0-9a-f]{64}$/iu.test(signature)) return false;
  return timingSafeEqual(Buffer.from(signature, "hex"), createHmac("sha256", secret).update(body).digest());
}

/** Streams of the kinds of objects events are about; a story tells of its task. */
const STREAM_OF: Readonly<Record<string, string>> = {
  task: "tasks",
  project: "projects",
  section: "sections",
  custom_field: "custom_fields",
  user: "users",
  team: "teams",
};

/**
 * One mark per object. Its delivery is the same for the same events about it, in whatever order and however often they
 * come: Asana gives deliveries no id.
 */
function marksOf(events: readonly HookEvent[]): readonly WebhookMark[] {
  const about = new Map<string, { stream: string; id: string; said: string[] }>();
  for (const event of events) {
    for (const { stream, id } of subjectsOf(event)) {
      const key = `${stream} ${id}`;
      const one = about.get(key) ?? { stream, id, said: [] };
      about.set(key, one);
      one.said.push(saidBy(event));
    }
  }
  return [...about.values()].map(({ stream, id, said }) => ({
    stream,
    id,
    delivery: createHash("sha256")
      .update([...new Set(said)].sort().join("\n"))
      .digest("hex")
      .slice(0, 32),
  }));
}

function subjectsOf({ resource, parent }: HookEvent): readonly { readonly stream: string; readonly id: string }[] {
  const kind = resource?.resource_type ?? "";
  // Comments, attachments and the like are part of the task they stand on.
  const subject = STREAM_OF[kind] === undefined ? parent : resource;
  const stream = STREAM_OF[subject?.resource_type ?? ""];
  return stream === undefined || subject === undefined || subject === null ? [] : [{ stream, id: subject.gid }];
}

function saidBy({ action, created_at: at, resource, parent, user }: HookEvent): string {
  return [at ?? "", action, resource?.gid ?? "", parent?.gid ?? "", user?.gid ?? ""].join(" ");
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

function untrusted(why: string): HubError {
  return new HubError("HUB-1424", `A call in Asana's name is not trusted: ${why}.`, {
    disposition: "skip-record",
    place: { system: "asana", request: "webhook" },
    remedy: "Answer 401. If Asana really sent it, delete the webhook and make it again.",
  });
}

function unknownCall(): HubError {
  return new HubError("HUB-1425", "A webhook call of Asana holds no list of events.", {
    disposition: "skip-record",
    place: { system: "asana", request: "webhook" },
    remedy: "Nothing is lost: the next cycle reads what changed.",
  });
}
