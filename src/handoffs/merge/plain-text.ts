const MARKUP =
  /<\/?(?:a|b|blockquote|body|br|code|div|em|h[1-6]|hr|i|img|li|ol|p|pre|s|span|strong|table|td|tr|u|ul)\b[^<>]*>/iu;
const BREAKS = /<(?:br|hr|\/?(?:p|div|li|h[1-6]|tr|pre|blockquote|ul|ol|table))\b[^<>]*>/giu;
const TAGS = /<\/?[a-z][^<>]*>/giu;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/giu;
const LAST_CODE_POINT = 0x10_ff_ff;

/** Whether a text carries markup, as rich-text fields give it. */
export function isRichText(text: string): boolean {
  return MARKUP.test(text);
}

/** What a reader sees of a rich text; a text without markup stays as it is. */
export function plainText(text: string): string {
  if (!isRichText(text)) return text;
  return text
    .replaceAll(BREAKS, "\n")
    .replaceAll(TAGS, "")
    .replaceAll(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
      const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return point <= LAST_CODE_POINT ? String.fromCodePoint(point) : whole;
    });
}
