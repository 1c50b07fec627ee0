import type { ConnectionLimits, ConnectorDefinition } from "../connectors/kit/index.ts";
import type { CompiledMapping, MappingFile, MappingSet, RateTable } from "../mappings/index.ts";
import type { MatchingRules } from "../matching/index.ts";
import type { Waiver } from "../kpis/index.ts";
import { HubError } from "../model/index.ts";
import type { BusinessCalendar, DriftPolicy, ErrorPlace, Instant, Json, Problem } from "../model/index.ts";
import type { BindingsFile } from "./bindings-file.ts";
import type { FileKind } from "./file-kind.ts";
import type { HubFile } from "./hub-file.ts";
import type { PeopleFile } from "./people-file.ts";
import type { ModelVocabulary } from "./vocabulary.ts";
import type { NodePath } from "./yaml-file.ts";

/** One line of `connections:`, its settings checked by its connector. */
export interface ConfiguredConnection {
  readonly name: string;
  readonly system: string;
  readonly settings: unknown;
  readonly connector: ConnectorDefinition;
  readonly limits?: ConnectionLimits;
  /** Partitions of one stream read side by side. */
  readonly partitionsAtOnce?: number;
  /** What a change of a stream's fields leads to. */
  readonly drift: (stream: string) => DriftPolicy;
  /** How old a stream's last complete reading may be, milliseconds. */
  readonly allowedAgeMs: (stream: string) => number;
}

/** Everything under config/, checked as a whole. */
export interface Configuration {
  readonly directory: string;
  readonly company: string;
  /** The reporting zone. */
  readonly zone: string;
  /** Month the fiscal year starts in, 1 for January. */
  readonly fiscalYearStart: number;
  /** The calendar of `time.calendar`. */
  readonly calendar: BusinessCalendar;
  readonly calendars: ReadonlyMap<string, BusinessCalendar>;
  readonly asOf: Instant | null;
  readonly money: RateTable;
  readonly connections: ReadonlyMap<string, ConfiguredConnection>;
  readonly schedule: HubFile["schedule"];
  readonly retention: {
    /** How long contents are kept after they were replaced, milliseconds; null for ever. */
    readonly versionsMs: number | null;
  };
  /** What stops writes before they do harm (reference §3.5). */
  readonly writes: {
    readonly mostOperations: number;
    /** Of a contract's linked records, 0..1. */
    readonly mostShare: number;
    /** Of the writes of a run, 0..1. */
    readonly mostErrors: number;
  };
  readonly matching: MatchingRules;
  readonly publish: {
    readonly connection: string | null;
    readonly formats: HubFile["publish"]["formats"];
    /** A data source of which a larger share of rows has changed is sent as a whole, 0..1. */
    readonly wholeAbove: number;
    readonly onSchemaChange: HubFile["publish"]["on_schema_change"];
    readonly permissions: readonly Permission[];
  };
  readonly people: PeopleFile;
  /** Approved exceptions from rules of procedures, expired ones among them. */
  readonly waivers: readonly Waiver[];
  /** Names of clients, integrations and rules that are known to be automations. */
  readonly automationClients: readonly string[];
  readonly mappings: MappingSet;
  readonly vocabulary: ModelVocabulary;
  readonly bindings: BindingsFile;
  /** What the files of an injected kind were compiled to, in the order of their file names. */
  readonly compiled: <Compiled>(kind: FileKind<Compiled>) => readonly Compiled[];
  readonly kinds: readonly FileKind<unknown>[];
  /** Where something stands in the file of a kind; the file's name is the absolute one. Empty for an unknown identity. */
  readonly placeOf: (kind: FileKind<unknown>, identity: string, path: NodePath) => ErrorPlace;
  /** Each mapping with its file, for the tests written in it. */
  readonly mappingFiles: readonly MappingWithFile[];
  /** What every file says, by its path from the directory. */
  readonly content: Readonly<Record<string, Json>>;
  /** Of `content`; changes exactly when a value changes. */
  readonly hash: string;
}

/** Who is let at what is published. */
export interface Permission {
  readonly kind: "group" | "user";
  readonly name: string;
  /** Tableau's own words, or `viewer` for what opening a workbook takes. */
  readonly capabilities: "viewer" | readonly string[];
}

export interface MappingWithFile {
  readonly mapping: CompiledMapping;
  readonly file: MappingFile;
}

/** All problems of a configuration at once; the message counts them, `problems` holds them in the order of the files. */
export class ConfigurationError extends HubError {
  override readonly name = "ConfigurationError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const more = problems.length - 1;
    super(
      problems.length === 1 && first !== undefined ? first.code : "HUB-2000",
      `${first?.message ?? "The configuration cannot be used."}${more > 0 ? ` (and ${String(more)} more)` : ""}`,
      {
        disposition: "operator",
        ...(first === undefined ? {} : { place: first.place }),
        ...(first?.remedy === undefined ? {} : { remedy: first.remedy }),
      },
    );
    this.problems = problems;
  }
}
