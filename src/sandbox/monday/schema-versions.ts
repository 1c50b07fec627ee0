import { readFileSync } from "node:fs";

/** The first version of each schema the stand-in knows. */
export type Generation = "2026-10" | "2026-07" | "2025-10" | "2025-04";

export function generationOf(version: string): Generation {
  if (version === "dev" || version >= "2026-10") return "2026-10";
  if (version >= "2026-07") return "2026-07";
  return version >= "2025-10" ? "2025-10" : "2025-04";
}

/** The user fields 2026-10 removed (reference monday.md §2). */
const REMOVED_IN_2026_10 = `
extend type User {
  is_admin: Boolean
  is_guest: Boolean
  is_view_only: Boolean
  is_pending: Boolean
  is_verified: Boolean
  enabled: Boolean!
  join_date: Date
  encrypt_api_token: String
  sign_up_product_kind: String
  photo_original: String
  photo_thumb: String
  photo_thumb_small: String
  photo_tiny: String
  photo_small: String
}
`;

/** The text of the newest schema, as `GET /v2/get_schema?format=sdl` gives it. */
export const schemaText = (): string => readFileSync(new URL("./schema.graphql", import.meta.url), "utf8");

/** The schema a version answers: fields come and go as the changelog says. */
export function schemaTextOf(version: string): string {
  const generation = generationOf(version);
  if (generation === "2026-10") return schemaText();
  let text = schemaText() + REMOVED_IN_2026_10;
  if (generation === "2026-07") return text;
  // Users came all at once, and their creation as a day.
  text = text
    .replace(/^ {4}limit: Int = 200$/mu, "    limit: Int")
    .replace(/^(type User \{[\s\S]*?^ {2}created_at: )ISO8601DateTime!/mu, "$1Date!");
  return generation === "2025-10" ? text : text.replace(/^(type Column \{[\s\S]*?)^ {2}settings: JSON\n/mu, "$1");
}
