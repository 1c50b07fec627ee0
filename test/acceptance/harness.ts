import type { ConnectorDefinition, WebhookRequest } from "../../src/connectors/kit/index.ts";
import type { JsonObject } from "../../src/model/index.ts";
import type { ServedSystem } from "./served-system.ts";

/** How a record can go away: to where it can be taken out again, for good, or out of the lists. */
export type Removal = "soft" | "hard" | "archive";

/** What can become of a field beneath a reading. */
export type DriftKind = "add" | "remove" | "retype";

/** A change of one field, as `schema` dials and `POST /organisation` name it. */
export interface FieldChange {
  readonly object: string;
  readonly field: string;
  readonly type?: string;
}

/** What a system may be without: a part of the suite then says why it is not tried. */
export type Capability =
  "merge" | "late" | "move" | Removal | "quota" | "retired-version" | "webhooks" | "sweep in parts";

/** How a system calls back when something changes. */
export interface Hooks {
  /** Secrets that are agreed on beforehand; others come with the handshake. */
  readonly secrets: readonly string[];
  /** Has the system call an address at every change from now on. */
  register(target: string): Promise<void>;
  /** Sends what is due and waits until it has arrived. */
  deliver(): Promise<void>;
  /** A call like this one that somebody else made up. */
  forge(request: WebhookRequest): WebhookRequest;
}

/** `outside`: beyond what the hub reads; whether it keeps what it knows of such a record is not judged. */
export type RecordState = "live" | "deleted" | "archived" | "hidden" | "outside";

/** One record as the system itself has it. */
export interface TrueRecord {
  readonly state: RecordState;
  /** In the shape the API shows it to the integration user; only what is to be compared. */
  readonly content: JsonObject;
  /** For histories: the record it belongs to. */
  readonly member?: string;
}

/** By stream and id. A record that is not named is not there. */
export type Truth = Readonly<Record<string, Readonly<Record<string, TrueRecord>>>>;

/** Faults on purpose, as the sandbox's dials know them. */
export interface Dial {
  readonly fault: string;
  /** Part of `METHOD /path`, or of `query <root field>`. */
  readonly route?: string;
  readonly rate?: number;
  readonly times?: number | null;
  readonly after?: number;
  readonly [parameter: string]: unknown;
}

/** A kind of change that a league run may make at random. */
export interface Change {
  readonly name: string;
  /** How often it is drawn, against the others. */
  readonly weight: number;
  /** Leaves no trace that an increment could follow: only a sweep finds it. */
  readonly quiet?: boolean;
  /** Takes something out of the credential's sight until `restore`. */
  readonly hides?: boolean;
  /** Happens only once everything has been read: before, nobody could tell what a new name stands for. */
  readonly afterFirstReading?: boolean;
  /** The first edition of the league's histories that draws it: those of earlier ones stay what they were. */
  readonly since?: number;
  /** Makes it; says what was done in a few words, or null when there was nothing to do it to. */
  readonly make: (draw: Draw) => Promise<string | null>;
}

/** Seeded draws. */
export interface Draw {
  /** In [0, 1). */
  readonly next: () => number;
  /** A whole number from 0 to below `bound`. */
  readonly below: (bound: number) => number;
  /** Undefined for an empty list. */
  readonly pick: <T>(list: readonly T[]) => T | undefined;
  readonly chance: (share: number) => boolean;
}

/** A small seeded company of one system, and everything that can happen in it; all over HTTP. */
export interface World {
  readonly served: ServedSystem;
  readonly settings: JsonObject;
  readonly selection: Readonly<Record<string, readonly string[]>>;
  /** Everything that lives or was removed, read without faults. */
  truth(): Promise<Truth>;
  /** Ids of live records of the harness's main stream, oldest first. */
  ids(): Promise<readonly string[]>;
  /** New records of the main stream, all with the same stamp; their ids. */
  create(count: number): Promise<readonly string[]>;
  /** Changes a selected field of one record; another `salt` another value. */
  change(id: string, salt: number): Promise<void>;
  remove(id: string, how: Removal): Promise<void>;
  undelete(id: string): Promise<void>;
  /** A change that bumps no date; absent where the system has none. */
  move?(id: string): Promise<void>;
  /** Melts one living record of a stream into another; absent where the system cannot. */
  merge?(stream: string): Promise<{ readonly winner: string; readonly loser: string }>;
  /** Takes a part of the world out of the credential's sight, or shows it again; what that hides of the main stream. */
  hide(hidden: boolean): Promise<readonly string[]>;
  /** A record created with this moment's stamp that becomes visible later: resolves to a function that makes it so; absent where the system does not do that. */
  late?(): Promise<() => Promise<void>>;
  /** What would change of a selected field of the main stream's records, or come beside them: for now, or for a dial. */
  drift(kind: DriftKind): FieldChange;
  /** The credential's calls for today are used up, or there again. */
  exhaust(exhausted: boolean): Promise<void>;
  /** The pages a full read has to take at the least, and the parents whose history is only to be had one by one. */
  leastCalls(): Promise<{ readonly pages: number; readonly parents: number }>;
  /** Calls the system counted since the last question. */
  counted(): Promise<number>;
  /** Takes back what a person would have to decide about before reading can be whole again: hidden fields and the like. */
  restore?(): Promise<void>;
  /** A change of the schema or the organisation that strikes in the middle of somebody's reading. */
  midway?(draw: Draw, edition: number): Dial;
  /** Absent where the system does not call back. */
  readonly hooks?: Hooks;
  /** What else may happen, for the league. */
  readonly changes: readonly Change[];
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly seed: number;
  /** About how many records of the main stream there are at first. */
  readonly records: number;
  /** Rows of a page, where the system can be made to give fewer. */
  readonly rowsPerPage?: number;
  readonly limits?: "demo" | "real";
  /** Steers the world without a socket in between: for many short runs. */
  readonly quick?: boolean;
  /** Lets the seed choose among the connection's settings, too. */
  readonly varied?: boolean;
  /** Another tenant than the usual one. */
  readonly otherTenant?: boolean;
}

/** What a connector registers beside its tests to be put through the acceptance suite and the league. */
export interface Harness {
  readonly system: string;
  readonly definition: ConnectorDefinition;
  /** The stream whose records the world creates, changes and removes. */
  readonly main: string;
  readonly removals: readonly Removal[];
  /** Streams whose records can be melted into each other. */
  readonly merges: readonly string[];
  /** What the system cannot do or suffer, with the reason in words; whatever is not named here is tried. */
  readonly lacks: Readonly<Partial<Record<Capability, string>>>;
  /** Route parts for dials: of reading the main stream's pages, and of any call. */
  readonly route: string;
  /** Top-level fields that are compared, by stream; a stream that is not named is not compared. */
  readonly compared: Readonly<Record<string, readonly string[]>>;
  /** What reading again from the last stored page gives twice at most: that page, or the partition it was of. */
  readonly repeats: "page" | "partition";
  /** Whether the connector can sign in again by itself when its session ends. */
  readonly renewsSession: boolean;
  /** Longest time after which a write must be visible to an incremental read, milliseconds. */
  readonly settleMs: number;
  start(options: WorldOptions): Promise<World>;
}
