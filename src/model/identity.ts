import { hash } from "node:crypto";

/** Names one record of one tenant: the tenant is the system's own account id, so a renamed connection changes nothing. */
export interface RecordKey {
  readonly system: string;
  readonly tenant: string;
  readonly stream: string;
  readonly id: string;
}

/** The text form `system/tenant/stream/id`; also the id of the object a record maps to. */
export function formatRecordKey(key: RecordKey): string {
  return `${key.system}/${key.tenant}/${key.stream}/${key.id}`;
}

/** Reads the text form back; ids may contain slashes. */
export function parseRecordKey(text: string): RecordKey | undefined {
  const [system, tenant, stream, ...id] = text.split("/");
  if (system === undefined || tenant === undefined || stream === undefined || id.length === 0) return undefined;
  return { system, tenant, stream, id: id.join("/") };
}

/** What an event id is made of (design §6): never the mapping version, never the connection's name. */
export interface EventIdentity {
  readonly system: string;
  readonly tenant: string;
  /** The system's own event id, or what stands for one: (stream, native id, field, new value, occurred at). */
  readonly native: string | readonly [stream: string, id: string, field: string, value: string, occurredAt: number];
  readonly objectKey: string;
  readonly eventKey: string;
}

/** 32 hex digits. */
export function eventId(identity: EventIdentity): string {
  return hashText(
    [identity.system, identity.tenant, JSON.stringify(identity.native), identity.objectKey, identity.eventKey].join(
      "\0",
    ),
  );
}

/** The first 32 hex digits of SHA-256: content hashes, plan hashes, surrogate keys. */
export function hashText(text: string): string {
  return hash("sha256", text, "hex").slice(0, 32);
}
