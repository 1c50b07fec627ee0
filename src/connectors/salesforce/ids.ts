const CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/** The three checksum characters of a 15-character id: one bit for each capital (reference salesforce.md §5). */
function checksum(id: string): string {
  let text = "";
  for (let group = 0; group < 3; group += 1) {
    let bits = 0;
    for (let at = 0; at < 5; at += 1) {
      const code = id.charCodeAt(group * 5 + at);
      if (code >= 65 && code <= 90) bits += 1 << at;
    }
    text += CHECKSUM.charAt(bits);
  }
  return text;
}

/** True for an 18-character id whose checksum is right: a text of that length is hardly ever one by chance. */
export function isRecordId(text: string): boolean {
  return /^[A-Za-z0-9]{18}$/u.test(text) && text.slice(15) === checksum(text);
}

/** The 18-character form of an id, in which ids are compared and tenants pinned. */
export function fullId(id: string): string {
  return /^[A-Za-z0-9]{15}$/u.test(id) ? `${id}${checksum(id)}` : id;
}
