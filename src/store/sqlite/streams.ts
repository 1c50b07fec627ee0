import type { StreamKey } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** Stream names as small numbers: a record row carries one instead of three texts. */
export class StreamTable {
  readonly #database: Database;
  readonly #keys = new Map<string, number>();
  readonly #names = new Map<number, StreamKey>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of a stream, given on first use. */
  number(key: StreamKey): number {
    const text = textOf(key);
    const known = this.#keys.get(text);
    if (known !== undefined) return known;
    const row =
      this.#find(key)
      ?? (this.#database.run(
        "insert into stream (system, tenant, stream) values (?, ?, ?)",
        key.system,
        key.tenant,
        key.stream,
      ) > 0
        ? this.#find(key)
        : undefined);
    const pk = row?.pk ?? 0;
    this.#keys.set(text, pk);
    return pk;
  }

  /** The number of a stream that has one: a question gives none. */
  known(key: StreamKey): number | undefined {
    const text = textOf(key);
    const pk = this.#keys.get(text) ?? this.#find(key)?.pk;
    if (pk !== undefined) this.#keys.set(text, pk);
    return pk;
  }

  name(pk: number): StreamKey {
    let key = this.#names.get(pk);
    if (key === undefined) {
      key = this.#database.get<StreamKey>("select system, tenant, stream from stream where pk = ?", pk);
      if (key === undefined) throw new Error(`No stream ${pk}.`);
      this.#names.set(pk, key);
    }
    return key;
  }

  /** A rolled-back transaction may have taken a new number with it. */
  forget(): void {
    this.#keys.clear();
    this.#names.clear();
  }

  #find(key: StreamKey): { readonly pk: number } | undefined {
    return this.#database.get<{ pk: number }>(
      "select pk from stream where system = ? and tenant = ? and stream = ?",
      key.system,
      key.tenant,
      key.stream,
    );
  }
}

function textOf({ system, tenant, stream }: StreamKey): string {
  return `${system}\0${tenant}\0${stream}`;
}
