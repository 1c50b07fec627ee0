import type { z } from "zod";
import type { ConnectorDependencies } from "./dependencies.ts";
import type { NamesFace } from "./names-face.ts";
import type { Normaliser, NormaliserOptions } from "./normaliser.ts";
import type { PublishFace } from "./publish-face.ts";
import type { ReadFace } from "./read-face.ts";
import type { StreamDefinition, StreamDescription } from "./streams.ts";
import type { WebhookReceiver } from "./webhooks.ts";
import type { WriteFace } from "./write-face.ts";

/** A configured secret or address: read from the environment variable `<CONNECTION NAME IN CAPITALS>_<key>`. */
export interface CredentialSpec {
  readonly key: string;
  readonly required: boolean;
  readonly secret: boolean;
  /** One sentence for `.env.example`. */
  readonly description: string;
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

export interface ConnectOptions<Settings> {
  readonly name: string;
  readonly settings: Settings;
  /** By `CredentialSpec.key`; required ones are present. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly dependencies: ConnectorDependencies;
}

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
