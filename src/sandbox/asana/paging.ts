import { createHmac } from "node:crypto";
import { badRequest } from "./errors.ts";
import type { ApiFault } from "./errors.ts";
import type { Source } from "./source.ts";

const LIFETIME_SECONDS = 15 * 60;
const HEADER = Buffer.from('{"typ":"JWT","alg":"HS256"}').toString("base64url");

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** The token of the next page; null on the last, undefined when the call gave no limit. */
  readonly next: string | null | undefined;
}

/** Which rows of a source a listing shows. */
export interface Filter<Row> {
  readonly keep: (row: Row) => boolean;
  /** Rows not changed since this instant (epoch milliseconds) are not shown and need not be built; null for all. */
  readonly changedSince: number | null;
}

/** Beyond this many rows into a result the service refuses to go on. */
export const RESULT_CEILING = 50_000;

/** Offset tokens: signed, bound to the query they continue, expiring on the clock (reference asana.md §5). */
export class Pager {
  readonly #now: () => number;
  readonly #secret: string;

  constructor(now: () => number, secret: string) {
    this.#now = now;
    this.#secret = secret;
  }

  /** Rows a listing may run to; the test world may lower it. */
  ceiling = RESULT_CEILING;

  /**
   * Cuts one page. `query` is the listing's identity without limit and offset.
   * Errors: 400 for a limit out of range, a foreign or expired offset, more than 1000 rows without a limit, or a result
   * beyond the ceiling.
   */
  cut<Row extends { readonly gid: string }>(
    source: Source<Row>,
    filter: Filter<Row> | null,
    query: string,
    limitText: string | null,
    offset: string | null,
  ): Page<Row> {
    const start = offset === null ? 0 : this.#resume(source, query, offset);
    if (limitText === null) {
      const { rows, next } = take(source, filter, start, MOST_UNPAGED);
      if (next !== null)
        throw badRequest("The result is too large. You should use pagination (may require specifying a workspace)!");
      return { rows, next: undefined };
    }
    const limit = Number(limitText);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100)
      throw badRequest(`limit: Must be between 1 and 100, not: ${limitText}`);
    const { rows, next } = take(source, filter, start, limit);
    if (next !== null && next >= this.ceiling) throw badRequest(TOO_MANY);
    const last = rows.at(-1);
    return { rows, next: next === null || last === undefined ? null : this.#encode(query, next, last.gid) };
  }

  #sign(body: string, query: string): string {
    return createHmac("sha256", this.#secret).update(`${body}\n${query}`).digest("base64url");
  }

  #encode(query: string, index: number, gid: string): string {
    const iat = Math.floor(this.#now() / 1000);
    const payload = JSON.stringify({ border_rank: `${index}:${gid}`, iat, exp: iat + LIFETIME_SECONDS });
    const body = `${HEADER}.${Buffer.from(payload).toString("base64url")}`;
    return `${body}.${this.#sign(body, query)}`;
  }

  #decode(query: string, token: string): { readonly index: number; readonly gid: string } {
    const cut = token.lastIndexOf(".");
    const body = token.slice(0, Math.max(cut, 0));
    if (cut < 0 || this.#sign(body, query) !== token.slice(cut + 1))
      throw badRequest("offset: Your pagination token is invalid.");
    const payload = JSON.parse(Buffer.from(body.slice(HEADER.length + 1), "base64url").toString()) as {
      border_rank: string;
      exp: number;
    };
    if (this.#now() / 1000 > payload.exp) throw tokenExpired();
    const [index = "0", gid = ""] = payload.border_rank.split(":");
    return { index: Number(index), gid };
  }

  /** Where the page after the remembered row starts, if rows before it came or went meanwhile. */
  #resume(rows: Source<{ readonly gid: string }>, query: string, token: string): number {
    const { index, gid } = this.#decode(query, token);
    if (rows.at(index - 1)?.gid === gid) return index;
    for (let away = 1; away <= LOOK_AROUND; away += 1) {
      if (rows.at(index - 1 - away)?.gid === gid) return index - away;
      if (rows.at(index - 1 + away)?.gid === gid) return index + away;
    }
    return Math.max(index - 1, 0);
  }
}

/** 400 for an offset that is too old. */
export function tokenExpired(): ApiFault {
  return badRequest("offset: Your pagination token has expired.");
}

const MOST_UNPAGED = 1000;
const LOOK_AROUND = 50;
const TOO_MANY =
  "There is currently an upper limit on the number of results returned for this query. Please see docs at https://developers.asana.com/docs/api-limits.";

/** Up to `limit` rows from `start`, and where the next page would go on from if it has any. */
function take<Row>(
  source: Source<Row>,
  filter: Filter<Row> | null,
  start: number,
  limit: number,
): { readonly rows: readonly Row[]; readonly next: number | null } {
  const rows: Row[] = [];
  const changedSince = filter?.changedSince ?? null;
  let next = 0;
  for (let i = start; i < source.length; i += 1) {
    if (changedSince !== null && source.mayHaveChangedSince?.(i, changedSince) === false) continue;
    if (filter === null && rows.length === limit) return { rows, next };
    const row = source.at(i);
    if (row === undefined || (filter !== null && !filter.keep(row))) continue;
    if (rows.length === limit) return { rows, next };
    rows.push(row);
    next = i + 1;
  }
  return { rows, next: null };
}
