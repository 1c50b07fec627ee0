import type { ConnectorDefinition, CreateCommand } from "../../src/connectors/kit/index.ts";
import type { Canonical, JsonObject } from "../../src/model/index.ts";
import type { Dial } from "./harness.ts";
import type { ServedSystem } from "./served-system.ts";

type Fields = Readonly<Record<string, Canonical>>;

/** A small company of one system that the hub writes to, and people who write to it beside the hub; all over HTTP. */
export interface WritingWorld {
  readonly served: ServedSystem;
  readonly settings: JsonObject;
  /** What the hub is to create, one for each marker. */
  creation(marker: string): CreateCommand;
  /** The field of {@link naming} as a person reads it; null for a record that was put away. */
  nameOf(id: string): Promise<string | null>;
  /** Live records that look like a creation, whoever made them. */
  count(): Promise<number>;
  /** A person gives a record another name. */
  rename(id: string, name: string): Promise<void>;
  /** A person copies a record with everything that is in it; the copy's id. */
  copy(id: string, marker: string): Promise<string>;
  /** Fields that set the name. */
  naming(name: string): Fields;
  /** Fields that give the record to somebody who has left. */
  readonly toWhoLeft: Fields;
  close(): Promise<void>;
}

/** What a connector that writes registers beside its tests. */
export interface WritingHarness {
  readonly title: string;
  readonly definition: ConnectorDefinition;
  readonly stream: string;
  /** Route parts for dials: of the calls that create, and of those that change. */
  readonly creating: string;
  readonly changing: string;
  /** A no of the system to a change. */
  readonly refusal: Dial;
  /** Leaves a creation half done; null with the reason where a record is made whole in one call. */
  readonly halfDone: { readonly dial: Dial } | { readonly dial: null; readonly because: string };
  start(): Promise<WritingWorld>;
}
