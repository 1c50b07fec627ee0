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

export interface StreamDescription {
  readonly stream: string;
  readonly fields: readonly { readonly name: string; readonly label: string; readonly type: string }[];
}
