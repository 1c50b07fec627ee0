import type { Grant } from "../kit/index.ts";
import { HubError } from "../../model/index.ts";
import { anyAnswer, namedSchema, permissionsAnswer } from "./answers.ts";
import type { TableauClient } from "./client.ts";
import { jsonBody } from "./multipart.ts";

/** What a data source or workbook is called in paths. */
export type Holder = "datasources" | "workbooks";

/** Who may do what: what is granted is added where nothing was decided, and nothing is ever taken away or allowed that was denied. */
export class Permissions {
  readonly #client: TableauClient;
  readonly #ids = new Map<string, string>();

  constructor(client: TableauClient) {
    this.#client = client;
  }

  /** @throws HubError HUB-5118 naming a group or user that is not there */
  async grant(holder: Holder, id: string, grants: readonly Grant[], signal: AbortSignal): Promise<void> {
    const path = `/${holder}/${id}/permissions`;
    const operation = `/${holder}/…/permissions`;
    const there = await this.#client.request(
      { method: "GET", path, schema: permissionsAnswer, operation: `GET ${operation}` },
      signal,
    );
    const lines: object[] = [];
    for (const { kind, name, capabilities } of grants) {
      const grantee = await this.#idOf(kind, name, signal);
      const decided = there.find((each) => each.kind === kind && each.id === grantee)?.decided ?? new Set();
      const missing = capabilities.filter((capability) => !decided.has(capability));
      if (missing.length === 0) continue;
      const capability = missing.map((each) => ({ name: each, mode: "Allow" }));
      lines.push({ [kind]: { id: grantee }, capabilities: { capability } });
    }
    if (lines.length === 0) return;
    await this.#client.request(
      {
        method: "PUT",
        path,
        schema: anyAnswer,
        operation: `PUT ${operation}`,
        body: jsonBody({ permissions: { granteeCapabilities: lines } }),
        idempotent: true,
      },
      signal,
    );
  }

  async #idOf(kind: Grant["kind"], name: string, signal: AbortSignal): Promise<string> {
    const key = `${kind} ${name.toLowerCase()}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const all = await this.#client.list(`${kind}s`, kind, namedSchema, signal);
    const found = all.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) {
      throw new HubError("HUB-5118", `There is no ${kind} "${name}" on the Tableau site to give permissions to.`, {
        disposition: "operator",
        place: { system: "tableau" },
        remedy: "Correct the name under `publish: { permissions: … }` in hub.yaml; it may be that you cannot see it.",
      });
    }
    this.#ids.set(key, found.id);
    return found.id;
  }
}
