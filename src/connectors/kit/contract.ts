import type { z } from "zod";
import type {
  Canonical,
  Clock,
  Entity,
  FieldValue,
  HubError,
  Instant,
  JsonObject,
  NormalisedEntity,
  Page,
  Position,
  Priority,
  QuotaLedger,
  QuotaRules,
} from "../../model/index.ts";
import type { Pacers } from "./pacer.ts";

/** A configured secret or address: read from the environment variable `<CONNECTION NAME IN CAPITALS>_<key>`. */
export interface CredentialSpec {
  readonly key: string;
  readonly required: boolean;
  readonly secret: boolean;
  /** One sentence for `.env.example`. */
  readonly description: string;
}

/**
 * - `entity`: its records are mapped
 * - `history`: its records are members of another stream's entities
 * - `reference`: small, kept whole in memory while mapping (labels, users, columns); never mapped unless a mapping names it
 */
export type StreamRole = "entity" | "history" | "reference";

export interface StreamDefinition {
  readonly name: string;
  readonly title: string;
  readonly role: StreamRole;
  /** For `history`: the stream whose entities its rows belong to. */
  readonly memberOf?: string;
  /** For `entity`: streams whose records the normaliser looks things up in. A change there maps the entities again. */
  readonly references?: readonly string[];
  /** Top-level content fields that change without meaning (per-viewer dates and the like): left out of the content hash. */
  readonly volatile?: readonly string[];
  /** Streams that must be read before this one in the same run (partitions come from their records). */
  readonly after?: readonly string[];
}

/** What one listing call can cover of a stream: the object, one project, one board. */
export interface Partition {
  readonly stream: string;
  readonly id: string;
  readonly title: string;
}

/** What is stored already, for finding partitions and for sweeps. Only live records (no tombstone), in pages. */
export interface KnownRecords {
  /** @param partition only records that this partition delivered last. */
  records(
    stream: string,
    partition?: string,
  ): AsyncIterable<readonly { readonly id: string; readonly content: JsonObject; readonly partition: string }[]>;
}

/**
 * - `incremental`: from the position on (a first read when there is none)
 * - `full`: everything again, as if there were no position; the content hash makes it free where nothing changed
 * - `sweep`: compare what the source lists with what is known, to find what no increment tells (hard deletes, lost sight)
 */
export type ReadMode = "incremental" | "full" | "sweep";

export interface ReadContext {
  readonly mode: ReadMode;
  /** Field names by stream, as mappings and `keep:` lists name them; a stream not listed is read with its identifying fields only. */
  readonly selection: Readonly<Record<string, readonly string[]>>;
  readonly known: KnownRecords;
  readonly signal: AbortSignal;
}

export interface ReadFace {
  /** The partitions of a stream as of now. May cost calls. Must be complete: a partition that is gone is named by a tombstone of its own record. */
  partitions(stream: string, context: ReadContext): Promise<readonly Partition[]>;
  /**
   * Reads one partition from its position. Each page is committed before the next is asked for; a page may hold records
   * of several streams (a task with its stories). Ends normally only when the partition has been read in full.
   * Throws HubError otherwise.
   */
  read(partition: Partition, position: Position | null, context: ReadContext): AsyncIterable<Page>;
  /**
   * Reads single records again, whatever the position: those a webhook named, a rejected one, one just written. A record
   * that is gone comes as a tombstone; one that is merely out of sight says so. Histories of the records come along.
   */
  reread(stream: string, ids: readonly string[], context: ReadContext): AsyncIterable<Reread>;
  /**
   * What the source itself counts of a partition now, part by part, and how the hub tells which part a stored record
   * belongs to. Null where the source cannot count. Costs calls: asked after full reads and sweeps only, and to find out
   * where a difference lies.
   */
  audit(partition: Partition, context: ReadContext): Promise<Audit | null>;
  /** What reading a partition from a position would cost, without reading it. */
  estimate(partition: Partition, position: Position | null, context: ReadContext): Promise<Estimate>;
}

/** A page that has no place in a partition's order, so that it moves no position. */
export type Reread = Omit<Page, "position" | "sourceCount">;

export interface Audit {
  /** What was counted, for the certificate: `rows of Opportunity by month created`. */
  readonly of: string;
  readonly buckets: readonly { readonly name: string; readonly count: number }[];
  /** The bucket of a stored live record; null for one that the source's count leaves out. */
  readonly bucketOf: (record: { readonly id: string; readonly content: JsonObject }) => string | null;
  /** Which stored records count: those the partition delivered last, or all of the stream where one is in several. */
  readonly among?: "partition" | "stream";
}

export interface Estimate {
  readonly calls: number;
  /** Null where the source cannot say. */
  readonly records: number | null;
  /** False for a guess from what is stored. */
  readonly exact: boolean;
}

/** One incoming call as it came: signatures are over the very bytes. Header names are in small letters. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Something to read again. It says nothing of what changed: only reading does (reference asana.md §13, monday.md §10). */
export interface WebhookMark {
  readonly stream: string;
  readonly id: string;
  /** The same for every delivery of one change, so that repeated ones are one mark. */
  readonly delivery: string;
}

export interface WebhookOutcome {
  /** What to answer, at once. */
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly marks: readonly WebhookMark[];
  /** A secret that the system gave for this hook; it has to be sealed before the answer goes out. */
  readonly secret?: string;
}

/** What a receiver knows of the hook that a call came in on. */
export interface WebhookHook {
  /** Secrets that calls may be signed with: the one received at the handshake, or the app's. */
  readonly secrets: readonly string[];
  /** True while this hook is being registered: only then a handshake is answered. */
  readonly expected: boolean;
  /** Epoch milliseconds, for the expiry of signed tokens. */
  readonly now: Instant;
}

/** Pure: verifies an incoming call and says what to read again. @throws HubError when it is not to be trusted. */
export type WebhookReceiver = (request: WebhookRequest, hook: WebhookHook) => WebhookOutcome;

export interface CreateCommand {
  readonly stream: string;
  /** Found again by this text in the target, wherever the system allows to keep it. */
  readonly marker: string;
  /** Field names as the normaliser offers them. */
  readonly fields: Readonly<Record<string, Canonical>>;
  readonly template?: string;
  readonly parent?: string;
}

export interface UpdateCommand {
  readonly stream: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, Canonical>>;
  /** The record's modification stamp it was planned on; where the system offers conditional writes they are used. */
  readonly unmodifiedSince?: Instant;
  readonly idempotencyKey: string;
}

export interface WriteReceipt {
  readonly id: string;
  readonly requestId: string | null;
  readonly at: Instant;
}

/** What became of one of several writes sent together. */
export type WriteOutcome =
  | { readonly receipt: WriteReceipt; readonly error?: undefined }
  | { readonly error: HubError; readonly receipt?: undefined };

/** Writes to business records; only the outbox calls it (design §5.5). */
export interface WriteFace {
  /** Looks for a record that carries the marker; null when there is none. */
  find(stream: string, marker: string, signal: AbortSignal): Promise<string | null>;
  create(command: CreateCommand, signal: AbortSignal): Promise<WriteReceipt>;
  update(command: UpdateCommand, signal: AbortSignal): Promise<WriteReceipt>;
  /** Several at once where that saves calls; an outcome for each command, in their order. */
  createMany?(commands: readonly CreateCommand[], signal: AbortSignal): Promise<readonly WriteOutcome[]>;
  updateMany?(commands: readonly UpdateCommand[], signal: AbortSignal): Promise<readonly WriteOutcome[]>;
}

export interface PublishCommand {
  /** Name of the data source. */
  readonly name: string;
  /** Path of project names from the root; created when missing. */
  readonly project: readonly string[];
  readonly description: string;
  /** Path of the file to send, `.hyper`, `.parquet` or `.tdsx`. */
  readonly file: string;
  readonly tags: readonly string[];
}

export interface PublishReceipt {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
  readonly bytes: number;
  readonly how: "single" | "chunked";
  readonly chunks: number;
  readonly jobId: string | null;
  readonly updatedAt: Instant;
}

export interface PublishFace {
  /** The configured place for data sources: project names from the root. */
  readonly project: readonly string[];
  /** Replaces (or creates) the data source as a whole; the old one stays when anything fails. */
  publish(command: PublishCommand, signal: AbortSignal): Promise<PublishReceipt>;
  /** Fetches what the system holds now into a file. */
  download(receipt: PublishReceipt, file: string, signal: AbortSignal): Promise<void>;
}

/** Who we are for the system, asked at connect time. */
export interface Identity {
  readonly tenant: string;
  readonly tenantName: string;
  readonly user: string;
  readonly userName: string;
  readonly apiVersion: string;
  /** Sentences worth telling the admin (a plan's missing features, an expiring credential). */
  readonly notes: readonly string[];
}

export interface StreamDescription {
  readonly stream: string;
  readonly fields: readonly { readonly name: string; readonly label: string; readonly type: string }[];
}

export interface Connection {
  readonly name: string;
  readonly system: string;
  identify(signal: AbortSignal): Promise<Identity>;
  /** Fields of a stream as the system describes them now, for `hub discover` and for checking mappings. */
  describe(stream: string, signal: AbortSignal): Promise<StreamDescription>;
  readonly read?: ReadFace;
  readonly write?: WriteFace;
  readonly publish?: PublishFace;
  /** API calls made so far by this connection, as the system counts them. */
  readonly calls: () => number;
  close(): Promise<void>;
}

/** Limits that an admin sets on any connection in hub.yaml. */
export interface ConnectionLimits {
  /** Calls under way at once; the connector's own number when left out. */
  readonly concurrency?: number;
  readonly rules?: QuotaRules;
}

/** Everything impure a connector may use. */
export interface ConnectorDependencies {
  /** The clock of the records and of pacing; it may stand still at an as-of. */
  readonly clock: Clock;
  /** The machine's own time, epoch milliseconds: what credentials are valid by. */
  readonly wallNow: () => Instant;
  /** Waits; rejects with the signal's reason when aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Numbers in [0, 1) for jitter. */
  readonly random: () => number;
  readonly ledger: QuotaLedger;
  /** Shared by all connections of a process, so that those of one credential are paced together; own ones when left out. */
  readonly pacers?: Pacers;
  /** Who the connection's calls are made for; `read` when left out. */
  readonly priority?: Priority;
  /** What hub.yaml says about this connection's calls, whatever its system. */
  readonly limits?: ConnectionLimits;
  readonly log: (level: "debug" | "info" | "warn" | "error", message: string, fields?: JsonObject) => void;
}

export interface ConnectOptions<Settings> {
  readonly name: string;
  readonly settings: Settings;
  /** By `CredentialSpec.key`; required ones are present. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly dependencies: ConnectorDependencies;
}

/** All live records of the reference streams, by stream and id. */
export type ReferenceRecords = Readonly<Record<string, ReadonlyMap<string, JsonObject>>>;

export interface NormaliserOptions<Settings> {
  readonly system: string;
  readonly tenant: string;
  readonly settings: Settings;
  readonly references: ReferenceRecords;
}

/** A name as the system shows it now, with what stays when it is renamed. */
export interface ShownName {
  readonly id: string;
  readonly name: string;
  /** What the system itself makes of it (won, done): another name that means something else is no renaming. */
  readonly means?: string;
}

/** One list of names that people see and change: a project's sections, a column's labels, a board's columns. */
export interface NameList {
  /** The stream whose records hold the names, or ids of them. */
  readonly stream: string;
  /** The field whose values they are, as mappings call it; null for the names of the stream's fields themselves. */
  readonly field: string | null;
  /**
   * - `options`: records hold option values, whose name is today's or that of the time
   * - `ids`: records hold the id as text
   * - `names`: records hold the name as text
   */
  readonly holds: "options" | "ids" | "names";
  /** For a list of one project or board: its records are those whose `field` is `id`; `known` is true of all of them. */
  readonly scope: {
    readonly field: string;
    readonly id: string;
    readonly title: string;
    readonly known: Readonly<Record<string, FieldValue>>;
  } | null;
  readonly shown: readonly ShownName[];
}

/** The names of a system that have ids behind them, from stored records alone. */
export interface NamesFace<Settings = unknown> {
  /** The streams that `lists` needs the records of. */
  readonly streams: readonly string[];
  /** Pure. */
  lists(options: NormaliserOptions<Settings>): readonly NameList[];
}

/** Pure: the same entity and references give the same result. Throws HubError `skip-record` for a record that does not fit. */
export type Normaliser = (entity: Entity) => NormalisedEntity;

/** A system the hub can speak to. One folder under `connectors/` exports one of these; the registry lists them. */
export interface ConnectorDefinition<Settings = unknown> {
  readonly system: string;
  readonly title: string;
  /** Settings of a connection in `hub.yaml` beyond `system`; strict, so that a slip is an error. */
  readonly settings: z.ZodType<Settings>;
  readonly credentials: readonly CredentialSpec[];
  /** Where there are several ways to sign in: the keys of each, one of which has to be given in full. */
  readonly signIns?: readonly (readonly string[])[];
  /** In an order that respects `after`. */
  streams(settings: Settings): readonly StreamDefinition[];
  /** Opens the connection; signs in lazily or at once, but throws the same HubErrors as `identify`. */
  connect(options: ConnectOptions<Settings>): Promise<Connection>;
  /** For systems that call back. A webhook only marks what to read again; polling repairs what webhooks miss. */
  readonly webhooks?: WebhookReceiver;
  /** Works without a connection, so that stored records can be mapped again at any time. */
  normaliser(options: NormaliserOptions<Settings>): Normaliser;
  /** Where names that mappings use can be told from the ids behind them. */
  readonly names?: NamesFace<Settings>;
}
