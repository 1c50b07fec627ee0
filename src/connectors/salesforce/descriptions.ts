import { HubError } from "../../model/index.ts";
import { describeAnswer, parseAnswer } from "./answers.ts";
import type { Describe } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";

/** Parts of one composite request. */
const MOST_PARTS = 25;

interface Known {
  readonly description: Describe;
  /** `Last-Modified` as the org said it, to be asked with again. */
  readonly lastModified: string | null;
}

/**
 * What the org says of its objects, asked once per connection: several at once in one composite call, a second look at
 * one with `If-Modified-Since`. Cycles that only go on need none of it, because positions keep their plans.
 */
export class Descriptions {
  readonly #client: SalesforceClient;
  readonly #known = new Map<string, Known>();
  readonly #asked = new Set<string>();

  constructor(client: SalesforceClient) {
    this.#client = client;
  }

  /** @param soon other objects that will be asked for, too: described with this one where they are there. */
  async get(object: string, signal: AbortSignal, soon: readonly string[] = []): Promise<Describe> {
    const known = this.#known.get(object);
    if (known !== undefined) return known.description;
    const present = this.#client.presentObjects;
    const open = [object, ...soon].filter(
      (name, index, all) =>
        all.indexOf(name) === index && !this.#asked.has(name) && !this.#known.has(name) && present?.has(name) === true,
    );
    if (open.length > 1) await this.#several(open.slice(0, MOST_PARTS), signal);
    return this.#known.get(object)?.description ?? this.refresh(object, signal);
  }

  /** Looks again; costs a call although nothing changed, but then hardly a byte. */
  async refresh(object: string, signal: AbortSignal): Promise<Describe> {
    const known = this.#known.get(object);
    const since = known?.lastModified ?? null;
    const operation = `GET /sobjects/${object}/describe`;
    const found = await this.#client.exchange<Known>(
      {
        method: "GET",
        path: `/sobjects/${object}/describe`,
        operation,
        object,
        ...(since === null ? {} : { headers: { "If-Modified-Since": since } }),
      },
      {},
      (answer, { status, headers }) =>
        status === 304 && known !== undefined
          ? known
          : {
              description: parseAnswer(describeAnswer, answer, operation),
              lastModified: headers?.get("last-modified") ?? null,
            },
      signal,
    );
    this.#known.set(object, found);
    return found.description;
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
    for (const part of answers) {
      const parsed = describeAnswer.safeParse(part.body);
      if (part.httpStatusCode !== 200 || !parsed.success) continue;
      this.#known.set(parsed.data.name, { description: parsed.data, lastModified: null });
    }
  }
}
