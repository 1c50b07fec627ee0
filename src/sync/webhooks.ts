import type { WebhookHook, WebhookOutcome, WebhookRequest } from "../connectors/kit/index.ts";
import type { Configuration } from "../configuration/index.ts";
import { HubError } from "../model/index.ts";
import type { StorePort } from "../model/index.ts";

export interface ReceivedWebhook {
  readonly answer: WebhookOutcome["answer"];
  /** Given at the handshake; has to be sealed before the answer goes out. */
  readonly secret: string | null;
  /** Marks that were not there before. */
  readonly marked: number;
}

/**
 * Takes one incoming call of a connection's system: verifies it, notes what the next pull reads again, and says what to
 * answer. Changes nothing else, needs no lease and reads nothing, so that it can answer at once.
 * @throws HubError HUB-1240 when nothing can be noted for that connection; the receiver's own for a call that is not to
 * be trusted.
 */
export async function receiveWebhook(
  { configuration, store }: { readonly configuration: Configuration; readonly store: StorePort },
  connection: string,
  request: WebhookRequest,
  hook: WebhookHook,
): Promise<ReceivedWebhook> {
  const configured = configuration.connections.get(connection);
  if (configured?.connector.webhooks === undefined) {
    throw refused(`${connection} is no connection whose system calls back.`, connection);
  }
  const { answer, marks, secret = null } = configured.connector.webhooks(request, hook);
  if (marks.length === 0) return { answer, secret, marked: 0 };
  const pin = (await store.records.pins()).find((each) => each.connection === connection);
  if (pin === undefined) throw refused(`${connection} was never read, so nothing of it can be read again.`, connection);
  const marked = await store.records.mark({ system: pin.system, tenant: pin.tenant }, marks, hook.now);
  return { answer, secret, marked };
}

function refused(message: string, connection: string): HubError {
  return new HubError("HUB-1240", message, {
    disposition: "operator",
    place: { connection },
    remedy: "Register hooks only for Asana and monday.com connections of hub.yaml, after their first `hub sync`.",
  });
}
