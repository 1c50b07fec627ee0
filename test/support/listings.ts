import type { KnownRecords } from "../../src/connectors/kit/index.ts";
import type { Json, JsonObject, Listing } from "../../src/model/index.ts";

/** What sources list, kept in memory as the store keeps it, for tests that read without one. */
export class Listings {
  readonly #listed = new Map<string, Set<string>>();
  readonly #resume = new Map<string, Json>();

  take(stream: string, partition: string, listing: Listing | undefined): void {
    if (listing === undefined) return;
    const name = `${stream}/${partition}`;
    const listed = listing.starts === true ? new Set<string>() : (this.#listed.get(name) ?? new Set());
    for (const id of listing.ids) listed.add(id);
    this.#listed.set(name, listed);
    this.#resume.set(name, listing.ends === true ? null : listing.resume);
    if (listing.ends === true) this.#listed.delete(name);
  }

  /** Adds to what is known what the listings say of it. @param isCut whether an unfinished listing goes on */
  known(records: KnownRecords["records"], isCut = false): KnownRecords {
    const listed = (stream: string, partition: string): ReadonlySet<string> =>
      this.#listed.get(`${stream}/${partition}`) ?? new Set();
    return {
      records,
      among: async (stream, ids) => {
        const found = new Map<string, JsonObject>();
        for await (const page of records(stream)) {
          for (const { id, content } of page) if (ids.includes(id)) found.set(id, content);
        }
        return found;
      },
      unlisted: async function* (stream, partition) {
        for await (const page of records(stream, partition)) {
          yield page.map(({ id }) => id).filter((id) => !listed(stream, partition).has(id));
        }
      },
      listedCount: (stream, partition) => Promise.resolve(listed(stream, partition).size),
      resume: (stream, partition) =>
        Promise.resolve(isCut ? (this.#resume.get(`${stream}/${partition}`) ?? null) : null),
    };
  }
}
