import { createHmac } from "node:crypto";
import { badRequest } from "./errors.ts";

const LIFETIME_SECONDS = 15 * 60;
const HEADER = Buffer.from('{"typ":"JWT","alg":"HS256"}').toString("base64url");

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** The token of the next page; null on the last, undefined when the call gave no limit. */
  readonly next: string | null | undefined;
}

/** Offset tokens: signed, bound to the query they continue, expiring on the clock (reference asana.md §5). */
export class Pager {
  readonly #now: () => number;
  readonly #secret: string;

  constructor(now: () => number, secret: string) {
    this.#now = now;
    this.#secret = secret;
  }

  /**
   * Cuts one page. `query` is the listing's identity without limit and offset.
   * Errors: 400 for a limit out of range, a foreign or expired offset, or more than 1000 rows without a limit.
   */
  cut<Row extends { readonly gid: string }>(
    rows: readonly Row[],
    query: string,
    limitText: string | null,
    offset: string | null,
  ): Page<Row> {
    if (limitText === null) {
      if (offset !== null) this.#decode(query, offset);
      if (rows.length > 1000)
        throw badRequest("The result is too large. You should use pagination (may require specifying a workspace)!");
      return { rows: offset === null ? rows : rows.slice(this.#resume(rows, query, offset)), next: undefined };
    }
    const limit = Number(limitText);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100)
      throw badRequest(`limit: Must be between 1 and 100, not: ${limitText}`);
    const start = offset === null ? 0 : this.#resume(rows, query, offset);
    const page = rows.slice(start, start + limit);
    const last = page.at(-1);
    const more = last !== undefined && start + limit < rows.length;
    return { rows: page, next: more ? this.#encode(query, start + page.length, last.gid) : null };
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
    if (this.#now() / 1000 > payload.exp) throw badRequest("offset: Your pagination token has expired.");
    const [index = "0", gid = ""] = payload.border_rank.split(":");
    return { index: Number(index), gid };
  }

  /** Where the page after the remembered row starts, if rows before it came or went meanwhile. */
  #resume(rows: readonly { readonly gid: string }[], query: string, token: string): number {
    const { index, gid } = this.#decode(query, token);
    if (rows[index - 1]?.gid === gid) return index;
    const found = rows.findIndex((row) => row.gid === gid);
    return found >= 0 && Math.abs(found - (index - 1)) <= 50 ? found + 1 : Math.max(index - 1, 0);
  }
}
