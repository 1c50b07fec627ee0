const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/** Appends the three case-checksum characters to a 15-character id (reference salesforce.md §5). */
export function toId18(id15: string): string {
  let suffix = "";
  for (let group = 0; group < 3; group += 1) {
    let bits = 0;
    for (let i = 0; i < 5; i += 1) {
      const character = id15.charAt(group * 5 + i);
      if (character >= "A" && character <= "Z") bits += 1 << i;
    }
    suffix += CHECKSUM.charAt(bits);
  }
  return id15 + suffix;
}

/** The nth record id under a key prefix, e.g. `salesforceId("006", 1)`: 3 prefix + `5e` pod + 10 digits base 62 + checksum. */
export function salesforceId(prefix: string, n: number): string {
  let rest = "";
  let left = n;
  while (rest.length < 10) {
    rest = ALPHABET.charAt(left % 62) + rest;
    left = Math.floor(left / 62);
  }
  return toId18(`${prefix}5e${rest}`);
}
