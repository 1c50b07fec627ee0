/** The API versions of the changelog (reference monday.md §2), newest first, with their kinds in autumn 2026. */
export const VERSIONS = [
  { value: "dev", kind: "dev", display_name: "dev" },
  { value: "2027-01", kind: "release_candidate", display_name: "Release Candidate" },
  { value: "2026-10", kind: "current", display_name: "Current" },
  { value: "2026-07", kind: "maintenance", display_name: "Maintenance" },
  { value: "2026-04", kind: "previous_maintenance", display_name: "Previous Maintenance" },
  { value: "2026-01", kind: "old_previous_maintenance", display_name: "Old Previous Maintenance" },
  { value: "2025-10", kind: "old__maintenance", display_name: "Old Maintenance" },
  { value: "2025-07", kind: "old__maintenance", display_name: "Old Maintenance" },
  { value: "2025-04", kind: "old__maintenance", display_name: "Old Maintenance" },
] as const;

export type ApiVersion = (typeof VERSIONS)[number];

const CURRENT: ApiVersion = VERSIONS[2];
/** What a version that is gone is answered with. */
export const OLDEST: ApiVersion = VERSIONS[8];

/** The version served for an `API-Version` header; null when the header is malformed. */
export function servedVersion(header: string | null): ApiVersion | null {
  if (header === null || header === "") return CURRENT;
  const known = VERSIONS.find((version) => version.value === header);
  if (known !== undefined) return known;
  if (!/^\d{4}-\d{2}$/u.test(header)) return null;
  const exists = /^(?:2023-10|2024-(?:01|04|07|10)|2025-01)$/u.test(header);
  return exists ? OLDEST : CURRENT;
}
