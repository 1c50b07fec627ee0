export type Query = Readonly<Record<string, string | number | boolean>>;
export type Params = Readonly<Record<string, string>>;

/** One call: a path of the API's reference with its `{…}` parts, and what fills them. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly idempotent?: boolean;
  /** False for what only reads, although its method says otherwise. */
  readonly writes?: boolean;
  readonly cost?: number;
}

export interface BatchAction {
  readonly relativePath: string;
  readonly fields: string;
  readonly limit?: number;
}

/** One write of a batch: a POST. */
export interface BatchWrite {
  readonly path: string;
  readonly fields: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One action's outcome: 2xx with its body, or a refusal that concerns this action alone. */
export interface BatchResult {
  readonly status: number;
  readonly body: unknown;
}

export interface ListPage {
  readonly rows: readonly unknown[];
  readonly last: boolean;
}
