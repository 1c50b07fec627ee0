const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The number an id of `salesforceId` was made from. */
export function serialOf(id: string): number {
  let n = 0;
  for (const character of id.slice(5, 15)) n = n * 62 + DIGITS.indexOf(character);
  return n;
}
