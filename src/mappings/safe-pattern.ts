/** Only this much of a text is looked at by `matches`. */
export const MATCH_LENGTH = 256;

/**
 * Compiles the pattern of `matches` when its run time is bounded by about `MATCH_LENGTH`³ steps; else says why not.
 * JavaScript's own engine backtracks, so a pattern such as `(a+)+$` would hang a run (stack reference §8).
 */
export function safePattern(source: string): { readonly test: (text: string) => boolean } | { readonly why: string } {
  if (source.length > 100) return { why: "the pattern is longer than 100 characters" };
  const plain = source.replaceAll(/\\[^1-9k]/gu, "a").replaceAll(/\[[^\]]*\]/gu, "c");
  if (/\\[1-9k]/u.test(plain)) return { why: "it refers back to a group" };
  if (/\(\?[^:]/u.test(plain)) return { why: "it looks around or names a group" };
  if (/\)[*+{]/u.test(plain)) return { why: "it repeats a group" };
  const repeats = (plain.match(/[*+]|\{\d*,\d*\}/gu) ?? []).length + (plain.startsWith("^") ? 0 : 1);
  if (repeats > 3) return { why: "it has too many open repetitions (three with ^ in front, else two)" };
  if ((plain.match(/\?/gu) ?? []).length > 5) return { why: "it has more than five optional parts" };
  const exact = plain.match(/\{(\d+)\}/gu) ?? [];
  if (exact.some((part) => Number(part.slice(1, -1)) > 100)) return { why: "it repeats more than 100 times" };
  try {
    const pattern = new RegExp(source, "u");
    return { test: (text) => pattern.test(text.slice(0, MATCH_LENGTH)) };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}
