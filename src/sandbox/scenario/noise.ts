import type { Random } from "./random.ts";

/** One slip of the fingers somewhere behind the first letter: two letters swapped, one lost, doubled or hit beside. */
export function misspell(random: Random, text: string): string {
  const places = Array.from(text).flatMap((letter, at) =>
    at > 0 && at < text.length - 1 && letter !== " " ? [at] : [],
  );
  if (places.length === 0) return `${text}e`;
  const at = random.pick(places);
  const [before, letter, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
  switch (random.int(0, 3)) {
    case 0:
      return `${before}${after.charAt(0)}${letter}${after.slice(1)}`;
    case 1:
      return `${before}${after}`;
    case 2:
      return `${before}${letter}${letter}${after}`;
    default:
      return `${before}${random.pick("aeiorstn".split("").filter((other) => other !== letter))}${after}`;
  }
}

const ACCENTS: Readonly<Record<string, string>> = { a: "á", e: "é", i: "í", o: "ö", u: "ü", c: "ç", n: "ñ", s: "š" };

/** The same name as its owner writes it: every second vowel or so with its accent. */
export function accentuate(random: Random, text: string): string {
  const accented = Array.from(text)
    .map((letter) => (random.chance(0.5) ? (ACCENTS[letter] ?? letter) : letter))
    .join("");
  return accented === text ? text.replace(/[aeiou]/u, (letter) => ACCENTS[letter] ?? letter) : accented;
}

/** A telephone number of nine digits behind the country's code. */
export function phoneNumber(random: Random): string {
  return Array.from({ length: 9 }, (_, at) => String(random.int(at === 0 ? 2 : 0, 9))).join("");
}

/** The same number as different people write it. */
export function writePhone(random: Random, digits: string): string {
  const [area, rest] = [digits.slice(0, 2), digits.slice(2)];
  return random.pick([
    `+49 ${area} ${rest}`,
    `0${area}/${rest}`,
    `(0${area}) ${rest.slice(0, 3)}-${rest.slice(3)}`,
    digits,
  ]);
}
