import { HubError } from "../../model/index.ts";
import { describeAnswer } from "./answers.ts";
import type { Describe } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";

/** Parts of one composite request. */
const MOST_PARTS = 25;

/**
 * What the org says of its objects, asked once per connection: several at once in one composite call. Cycles that only
 * go on need none of it, because positions keep their plans. No `If-Modified-Since`: an answer 304 counts as a call like
 * any other, and a permission that was taken away need not move the date of the object (docs/decisions/0005).
 */
export class Descriptions {
  readonly #client: SalesforceClient;
  readonly #known = new Map<string, Describe>();
  readonly #asked = new Set<string>();

  constructor(client: SalesforceClient) {
    this.#client = client;
  }

  /** @param soon other objects that will be asked for, too: described with this one where they are there. */
  async get(object: string, signal: AbortSignal, soon: readonly string[] = []): Promise<Describe> {
    const known = this.#known.get(object);
    if (known !== undefined) return known;
    const present = this.#client.presentObjects;
    const open = [object, ...soon].filter(
      (name, index, all) =>
        all.indexOf(name) === index && !this.#asked.has(name) && !this.#known.has(name) && present?.has(name) === true,
    );
    if (open.length > 1) await this.#several(open.slice(0, MOST_PARTS), signal);
    return this.#known.get(object) ?? this.refresh(object, signal);
  }

  /** Looks again, whatever is known. */
  async refresh(object: string, signal: AbortSignal): Promise<Describe> {
    const description = await this.#client.request(
      {
        method: "GET",
        path: `/sobjects/${object}/describe`,
        schema: describeAnswer,
        operation: `GET /sobjects/${object}/describe`,
        object,
      },
      signal,
    );
    this.#known.set(object, description);
    return description;
  }

  /** One that the org does not describe here is left for its own request, whose error says why. */
  async #several(names: readonly string[], signal: AbortSignal): Promise<void> {
    for (const name of names) this.#asked.add(name);
    const parts = names.map((name, index) => ({
      method: "GET" as const,
      path: `/sobjects/${name}/describe`,
      referenceId: `r${index}`,
    }));
    let answers: Awaited<ReturnType<SalesforceClient["composite"]>> = [];
    try {
      answers = await this.#client.composite(parts, true, signal);
    } catch (error) {
      if (!(error instanceof HubError) || !["HUB-1305", "HUB-1312"].includes(error.code)) throw error;
    }
    for (const { httpStatusCode, body } of answers) {
      const parsed = describeAnswer.safeParse(body);
      if (httpStatusCode === 200 && parsed.success) this.#known.set(parsed.data.name, parsed.data);
    }
  }
}
