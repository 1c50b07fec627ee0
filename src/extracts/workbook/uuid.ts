import { hashText } from "../../model/index.ts";

/** `{0A1B…}`: the same id for the same thing in every workbook, so that two of them differ only where they do. */
export function uuidOf(thing: string): string {
  const hex = hashText(thing).toUpperCase();
  return `{${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-")}}`;
}
