import type { ConnectionLimits, ConnectorDefinition } from "../../connectors/kit/index.ts";
import type { DriftPolicy } from "../../model/index.ts";

/** A connection as configured, ready to be opened. */
export interface PullSource {
  readonly name: string;
  readonly definition: ConnectorDefinition;
  readonly settings: unknown;
  /** Throws HUB-1101 when one is missing. */
  readonly credentials: () => Promise<Readonly<Record<string, string>>>;
  /** What hub.yaml says about its calls, whatever its system. */
  readonly limits?: ConnectionLimits;
  /** Partitions of one stream read side by side; 8 when left out. */
  readonly partitionsAtOnce?: number;
  /** Fields by stream that mappings and `keep:` name; its keys are the mapped streams. */
  readonly selection: Readonly<Record<string, readonly string[]>>;
  /** What a change of a stream's fields leads to; everything evolves when left out. */
  readonly drift?: (stream: string) => DriftPolicy;
}
