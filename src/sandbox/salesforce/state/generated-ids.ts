import { salesforceId } from "../ids.ts";
import { serialOf } from "./serials.ts";

/** Generated ids begin far above the numbers of seeded rows and stay below those of new ones. */
const FIRST = 62 ** 6;
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const BLOCK = 62 * 62;

/** The serial number new records of an object with generated rows go on from. */
export function lastGeneratedSerial(count: number): number {
  return FIRST + count;
}

function upperBits(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character >= "A" && character <= "Z") bits += 1 << i;
  }
  return bits;
}

/** The two last characters of an id and their share of its last checksum character. */
const TAILS: readonly { readonly text: string; readonly bits: number }[] = Array.from({ length: BLOCK }, (_, n) => {
  const text = DIGITS.charAt(Math.floor(n / 62)) + DIGITS.charAt(n % 62);
  return { text, bits: upperBits(text) << 3 };
});

/** Ids of generated rows by their index and back; made block by block, as a million of them are asked for in turn. */
export function generatedIds(
  keyPrefix: string,
  count: number,
): { readonly idAt: (index: number) => string; readonly indexOf: (id: string) => number | null } {
  let block = -1;
  let head = "";
  let checks = "";
  let bits = 0;
  return {
    idAt: (index) => {
      const own = Math.floor(index / BLOCK);
      if (own !== block) {
        const first = salesforceId(keyPrefix, FIRST + own * BLOCK);
        head = first.slice(0, 13);
        checks = first.slice(15, 17);
        bits = upperBits(first.slice(10, 13));
        block = own;
      }
      const tail = TAILS[index - own * BLOCK];
      return tail === undefined ? "" : head + tail.text + checks + CHECKSUM.charAt(bits + tail.bits);
    },
    indexOf: (id) => {
      if (!id.startsWith(`${keyPrefix}5e`) || id.length !== 18) return null;
      const index = serialOf(id) - FIRST;
      return index >= 0 && index < count ? index : null;
    },
  };
}
