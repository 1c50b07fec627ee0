/**
 * Text as it stands in an element or a quoted attribute of XML 1.0. What XML has no way to write (other control
 * characters, lone surrogates, the two non-characters) becomes a space.
 */
export function escapeXml(text: string): string {
  return Array.from(text, (char) => (holdable(char) ? char : " "))
    .join("")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/[\t\n\r]/gu, (char) => `&#${char.codePointAt(0) ?? 32};`);
}

function holdable(char: string): boolean {
  const point = char.codePointAt(0) ?? 0;
  if (point < 0x20) return char === "\t" || char === "\n" || char === "\r";
  return !(point >= 0xd800 && point <= 0xdfff) && point !== 0xfffe && point !== 0xffff;
}
