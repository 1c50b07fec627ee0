import { parse } from "tldts";

/** Forms of a company's legal status; they tell nothing about which company it is. */
const LEGAL_FORMS = new Set(
  "inc incorporated llc ltd limited plc corp corporation co company gmbh ag kg ug bv nv sa sas sarl srl spa ab as oy aps pty pte lp llp".split(
    " ",
  ),
);

/** Text in the form in which two spellings are equal: NFKC, one blank between words, lower case. */
export function foldText(text: string): string {
  return text.normalize("NFKC").trim().replaceAll(/\s+/gu, " ").toLowerCase();
}

/** A name without diacritics and punctuation; `José's Café, Inc.` → `joses cafe inc`. */
export function foldName(text: string): string {
  return foldText(
    text
      .normalize("NFKD")
      .replaceAll(/\p{M}/gu, "")
      .replaceAll(/['’`]/gu, "")
      .replaceAll("&", " and ")
      .replaceAll(/[^\p{L}\p{N}]+/gu, " "),
  );
}

/** A company's name without its legal form at the end; the whole name when nothing else would be left. */
export function foldCompany(text: string): string {
  const words = foldName(text).split(" ");
  let end = words.length;
  while (end > 1 && LEGAL_FORMS.has(words[end - 1] ?? "")) end -= 1;
  return words.slice(0, end).join(" ");
}

/** The registrable domain of an address, a URL or an e-mail: `mail.acme.co.uk` → `acme.co.uk`; null when there is none. */
export function foldDomain(text: string): string | null {
  const address = text.trim().toLowerCase();
  return parse(address.includes("@") ? address.slice(address.lastIndexOf("@") + 1) : address).domain;
}

/**
 * A record id as somebody may have pasted it: the last part of a URL, blanks trimmed, and the 15-character form of an
 * id that a system also writes with three more characters of checksum. Ids are case-sensitive.
 */
export function foldRecordId(text: string): string {
  const trimmed = text.trim();
  const last =
    /^https?:/u.test(trimmed) && URL.canParse(trimmed)
      ? (new URL(trimmed).pathname.split("/").findLast((part) => part !== "") ?? trimmed)
      : trimmed;
  return /^[A-Za-z0-9]{15}[A-Z0-5]{3}$/u.test(last) ? last.slice(0, 15) : last;
}
