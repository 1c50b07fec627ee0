import { LEGAL_FORMS } from "./word-lists.ts";

/** Letters that decomposition leaves whole. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  ı: "i",
};

/** Text in the form in which two spellings are equal: NFKC, one blank between words, lower case. */
export function foldText(text: string): string {
  return text.normalize("NFKC").trim().replaceAll(/\s+/gu, " ").toLowerCase();
}

/** A name without diacritics and punctuation; `José's Café, Inc.` → `joses cafe inc`, `S.A.` → `sa`. */
export function foldName(text: string): string {
  return foldText(
    text
      .normalize("NFKD")
      .replaceAll(/\p{M}/gu, "")
      .toLowerCase()
      .replaceAll(/[ßæœøđðłþı]/gu, (letter) => LETTERS[letter] ?? letter)
      .replaceAll(/(?<![\p{L}\p{N}])\p{L}(?:[./]\p{L})+(?![\p{L}\p{N}])\.?/gu, (initials) =>
        initials.replaceAll(/[./]/gu, ""),
      )
      .replaceAll(/['’`]/gu, "")
      .replaceAll("&", " and ")
      .replaceAll(/[^\p{L}\p{N}]+/gu, " "),
  );
}

/** A company's name without its legal form at the end and `the` before it; the whole name when nothing else would be left. */
export function foldCompany(text: string): string {
  const words = foldName(text).split(" ");
  let end = words.length;
  while (end > 1 && LEGAL_FORMS.has(words[end - 1] ?? "")) end -= 1;
  return words.slice(end > 1 && words[0] === "the" ? 1 : 0, end).join(" ");
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
