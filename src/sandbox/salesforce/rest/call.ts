import type { SystemDials } from "../../kit/dials.ts";
import type { Session } from "../auth/sessions.ts";
import { jsonParserError } from "../errors.ts";
import type { BulkJobs } from "../bulk/bulk-jobs.ts";
import type { Cursors } from "../state/cursors.ts";
import type { Org } from "../state/org.ts";
import type { Recent } from "../state/recent.ts";
import type { Quota } from "../state/quota.ts";
import type { StagedTransactions } from "../state/staged.ts";
import type { WriteContext } from "../writes/index.ts";

/** The state the REST resources work on. */
export interface RestState {
  readonly org: Org;
  readonly cursors: Cursors;
  readonly bulkJobs: BulkJobs;
  readonly quota: Quota;
  readonly recent: Recent;
  readonly staged: StagedTransactions;
  /** When the schema last changed, for conditional describes. */
  schemaSince: number;
  readonly dials: SystemDials;
}

/** One request to a resource under `/services/data/vX`, be it over HTTP or inside a composite. */
export interface Call {
  readonly method: string;
  /** Decoded path segments after the version. */
  readonly path: readonly string[];
  readonly search: URLSearchParams;
  readonly header: (name: string) => string | null;
  /** The body's text; empty for none. */
  readonly text: string;
  /** The version in the path, e.g. `64.0`. */
  readonly version: string;
  readonly session: Session;
  readonly origin: string;
}

export interface Reply {
  readonly status: number;
  /** Left out for an empty body. */
  readonly body?: unknown;
  /** A body that is not JSON; its content type is among the headers. */
  readonly text?: string;
  /** A big body that is not JSON, written piece by piece. */
  readonly pieces?: () => Iterator<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Dispatch = (call: Call) => Reply;

/** Parses the body as a JSON object. @throws SalesforceError JSON_PARSER_ERROR */
export function jsonBody(call: Call): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(call.text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw jsonParserError(
      call.text === "" ? "The HTTP entity body is required, but this request has no entity body." : error.message,
    );
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw jsonParserError("The HTTP entity body must be a JSON object.");
  }
  return { ...parsed };
}

/** The writer and stamp of a call made now. */
export function writing(state: RestState, call: Call): WriteContext {
  const allowDuplicates = /allowSave\s*=\s*true/iu.test(call.header("sforce-duplicate-rule-header") ?? "");
  return { org: state.org, userId: call.session.userId, at: state.org.now(), allowDuplicates };
}
