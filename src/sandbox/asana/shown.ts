/** An untrusted value as text: strings as they are, numbers and the rest as JSON, nothing as the empty string. */
export function shown(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
