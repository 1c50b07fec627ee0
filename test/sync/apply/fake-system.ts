import { z } from "zod";
import type {
  Connection,
  ConnectorDefinition,
  CreateCommand,
  ReadFace,
  UpdateCommand,
  WriteFace,
  WriteReceipt,
  WriteTraits,
} from "../../../src/connectors/kit/index.ts";
import { HubError } from "../../../src/model/index.ts";
import type { Canonical, FieldValue, JsonObject, NormalisedEntity, Page } from "../../../src/model/index.ts";

export const HUB_ACCOUNT = "u-hub";
export const PERSON = "u-dana";

type Fields = Record<string, string | number | null>;

interface Change {
  readonly field: string;
  readonly from: string | number | null;
  readonly to: string | number | null;
  readonly at: number;
  readonly by: string;
}

export interface FakeRecord {
  readonly stream: "deals" | "projects" | "users";
  readonly id: string;
  readonly fields: Fields;
  readonly marker: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
  modifiedAt: number;
  archived: boolean;
  tag: string | null;
  readonly history: Change[];
  /** From then on a search finds it. */
  readonly visibleAt: number;
}

/** What happens to a call of the write face: before it reaches the system, and after the system has done it. */
export interface Fault {
  readonly before?: () => void;
  readonly after?: () => void;
}

/**
 * A system of deals and projects in memory, with a clock of its own. Its writes can be bent one by one; searches may lag
 * behind, and creations may come out half.
 */
export class FakeSystem {
  now: number;
  traits: WriteTraits = { conditional: false, uniqueMarker: false, settleMs: 0 };
  /** By the number of the write call, from 0. */
  faults = new Map<number, Fault>();
  /** Parts that creations leave out until they are completed, by how many completions it takes. */
  halves = 0;
  /** Whether what is archived is still read, as projects of Asana are. */
  showsArchived = false;
  /** Whether the field that holds the marker is read. */
  showsMarkers = false;
  /** What projects are made from. */
  templates = ["Standard"];
  surveys = 0;
  writes = 0;
  readonly records = new Map<string, FakeRecord>();
  readonly log: { readonly call: string; readonly id: string; readonly at: number }[] = [];
  broken = false;
  readOnly = false;
  #next = 1;

  constructor(now: number) {
    this.now = now;
  }

  add(
    stream: FakeRecord["stream"],
    fields: Fields,
    by = PERSON,
    marker: string | null = null,
    id?: string,
  ): FakeRecord {
    const record: FakeRecord = {
      stream,
      id: id ?? `${stream.slice(0, 1)}${String(this.#next++)}`,
      fields: { ...fields },
      marker,
      createdAt: this.now,
      createdBy: by,
      modifiedAt: this.now,
      archived: false,
      tag: null,
      history: [],
      visibleAt: this.now + (by === HUB_ACCOUNT ? this.traits.settleMs : 0),
    };
    this.records.set(record.id, record);
    return record;
  }

  set(id: string, field: string, to: string | number | null, by = PERSON): void {
    const record = this.need(id);
    const from = record.fields[field] ?? null;
    if (from === to) return;
    this.now += 1;
    record.fields[field] = to;
    record.modifiedAt = this.now;
    record.history.push({ field, from, to, at: this.now, by });
  }

  need(id: string): FakeRecord {
    const record = this.records.get(id);
    if (record === undefined) throw new HubError("HUB-1199", `There is no ${id}.`, { disposition: "skip-record" });
    return record;
  }

  projects(): readonly FakeRecord[] {
    return [...this.records.values()].filter(({ stream, archived }) => stream === "projects" && !archived);
  }

  /** One call of the write face, with whatever is to go wrong with it. */
  call<Result>(name: string, work: () => Result): Result {
    const fault = this.faults.get(this.writes);
    this.writes += 1;
    fault?.before?.();
    const result = work();
    fault?.after?.();
    this.log.push({ call: name, id: JSON.stringify(result), at: this.now });
    return result;
  }

  connector(): ConnectorDefinition {
    const connection: Connection = {
      name: "fake-main",
      system: "fake",
      identify: async () => ({
        tenant: "t1",
        tenantName: "Tenant",
        user: HUB_ACCOUNT,
        userName: "Hub",
        apiVersion: "1",
        notes: [],
      }),
      describe: async (stream) => ({ stream, fields: [] }),
      read: this.#read(),
      calls: () => 0,
      close: async () => undefined,
    };
    return {
      system: "fake",
      title: "Fake",
      settings: z.strictObject({}),
      credentials: [],
      streams: () => [
        { name: "users", title: "Users", role: "reference" },
        { name: "deals", title: "Deals", role: "entity", after: ["users"] },
        { name: "projects", title: "Projects", role: "entity", after: ["users"] },
      ],
      connect: async () => (this.readOnly ? connection : { ...connection, write: this.#write() }),
      normaliser: () => (entity) =>
        normalise(entity.stream, entity.id, entity.content ?? {}, entity.tombstone !== null),
    };
  }

  #read(): ReadFace {
    const isGone = ({ archived }: FakeRecord): boolean => archived && !this.showsArchived;
    const pageOf = (records: readonly FakeRecord[]): Page => ({
      records: records.filter((record) => !isGone(record)).map((record) => contentOf(record, this.showsMarkers)),
      tombstones: records
        .filter(isGone)
        .map(({ stream, id, modifiedAt }) => ({ stream, id, cause: "archived", at: modifiedAt })),
      rejects: [],
      position: { covered: [], state: null },
    });
    const alive = (): void => {
      if (this.broken) throw new HubError("HUB-1299", "It does not answer.", { disposition: "stop-stream" });
    };
    return {
      partitions: async (stream) => [{ stream, id: "all", title: "All" }],
      read: async function* (this: FakeSystem, partition: { readonly stream: string }) {
        alive();
        yield pageOf([...this.records.values()].filter(({ stream }) => stream === partition.stream));
      }.bind(this),
      reread: async function* (this: FakeSystem, _stream: string, ids: readonly string[]) {
        alive();
        yield pageOf(ids.flatMap((id) => this.records.get(id) ?? []));
      }.bind(this),
      audit: async () => null,
      estimate: async () => ({ calls: 1, records: null, exact: false }),
    };
  }

  #write(): WriteFace {
    const receipt = (id: string, missing: readonly string[] = []): WriteReceipt => ({
      id,
      requestId: `req-${String(this.writes)}`,
      at: this.now,
      complete: missing.length === 0,
      missing,
    });
    return {
      traits: this.traits,
      survey: async ({ template = "" }) => {
        this.surveys += 1;
        if (this.templates.includes(template)) return { slips: [], calls: 7 };
        const remedy = `There are: ${this.templates.join(", ")}.`;
        const error = new HubError("HUB-1196", `There is no ${template}.`, { disposition: "operator", remedy });
        return { slips: [{ field: null, error }], calls: 7 };
      },
      find: async (_stream, marker) =>
        [...this.records.values()]
          .filter((record) => record.marker === marker && !record.archived && record.visibleAt <= this.now)
          .map(({ id, createdAt }) => ({ id, createdAt })),
      create: async (command) =>
        this.call("create", () => {
          const same = [...this.records.values()].find(({ marker }) => marker === command.marker);
          if (this.traits.uniqueMarker && same !== undefined) return receipt(same.id);
          this.now += 1;
          const fields: Fields = { tasks: this.halves === 0 ? "all" : "some" };
          const record = this.add("projects", { ...fields, ...plain(command) }, HUB_ACCOUNT, command.marker);
          return receipt(record.id, this.halves === 0 ? [] : ["tasks"]);
        }),
      complete: async ({ id }) =>
        this.call("complete", () => {
          this.halves = Math.max(0, this.halves - 1);
          if (this.halves === 0) this.set(id, "tasks", "all", HUB_ACCOUNT);
          return receipt(id, this.need(id).fields["tasks"] === "all" ? [] : ["tasks"]);
        }),
      update: async (command) =>
        this.call("update", () => {
          const record = this.need(command.id);
          const since = command.unmodifiedSince;
          if (this.traits.conditional && since !== undefined && record.modifiedAt > since) {
            throw new HubError("HUB-1198", "It has changed.", { disposition: "skip-record", fate: "stale" });
          }
          for (const [field, value] of Object.entries(plain(command))) this.set(command.id, field, value, HUB_ACCOUNT);
          return receipt(command.id);
        }),
      retire: async ({ id, tag }) =>
        this.call("retire", () => {
          const record = this.need(id);
          this.now += 1;
          Object.assign(record, { archived: true, tag, modifiedAt: this.now });
          return receipt(id);
        }),
    };
  }
}

function plain({ fields }: Pick<CreateCommand | UpdateCommand, "fields">): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, bare(value)]));
}

function bare(value: Canonical): string | number | null {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "object" && "person" in value) return value.person;
  throw new Error(`The fake system holds no ${JSON.stringify(value)}.`);
}

function contentOf(record: FakeRecord, showsMarkers: boolean): Page["records"][number] {
  const { stream, id, fields, marker, history, createdAt, createdBy, modifiedAt, tag, archived } = record;
  const content: JsonObject = {
    ...fields,
    ...(showsMarkers ? { marker } : {}),
    tag,
    archived,
    history: history.map((each) => ({ ...each })),
    createdAt,
    createdBy,
  };
  return { stream, id, content, modifiedAt };
}

const changeSchema = z.object({
  field: z.string(),
  from: z.union([z.string(), z.number(), z.null()]),
  to: z.union([z.string(), z.number(), z.null()]),
  at: z.number(),
  by: z.string(),
});
const contentSchema = z.looseObject({ history: z.array(changeSchema), createdAt: z.number(), createdBy: z.string() });

function normalise(stream: string, id: string, content: JsonObject, removed: boolean): NormalisedEntity {
  const { history, createdAt, createdBy, ...fields } = contentSchema.parse(content);
  const valueOf = (field: string, value: string | number | null): FieldValue =>
    field === "owner" && typeof value === "string" ? { person: value } : value;
  const by = (person: string) => ({ person, kind: "unknown" as const });
  return {
    key: { system: "fake", tenant: "t1", stream, id },
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === "string" || typeof value === "number" ? valueOf(name, value) : null,
      ]),
    ),
    transitions: history.map((each, sequence) => ({
      field: each.field,
      from: valueOf(each.field, each.from),
      to: valueOf(each.field, each.to),
      at: each.at,
      precision: "ms",
      by: by(each.by),
      source: { stream, id: `${id}-${String(sequence)}` },
      sequence,
    })),
    created: { at: createdAt, precision: "ms", by: by(createdBy) },
    removed: removed ? { at: null, cause: "archived" } : null,
    url: null,
    gaps: [],
  };
}
