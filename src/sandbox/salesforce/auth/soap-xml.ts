const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescapeXml(text: string): string {
  return text.replaceAll(
    /&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/gu,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return ENTITIES[name ?? ""] ?? whole;
    },
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The texts of all elements of that name, whatever their prefix. */
export function elements(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)</`, "gu"));
  return [...found].map((each) => unescapeXml(each[1] ?? ""));
}

/** The text of the first element of that name. */
export function element(xml: string, name: string): string | null {
  return elements(xml, name)[0] ?? null;
}

/** The inner XML of all elements of that name, for elements that hold others. */
export function blocks(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>(.*?)</(?:\\w+:)?${name}>`, "gsu"));
  return [...found].map((each) => each[1] ?? "");
}

/** Prints one element of text; null leaves it empty as SOAP does. */
export function tag(name: string, value: string | null): string {
  return value === null ? `<${name} xsi:nil="true"/>` : `<${name}>${escapeXml(value)}</${name}>`;
}

/** An answer: what `body` holds in the envelope of the partner API. */
export function envelope(status: number, body: string): Response {
  const xml =
    `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" `
    + `xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" `
    + `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
  return new Response(xml, { status, headers: { "content-type": "text/xml;charset=UTF-8" } });
}

/** A fault: HTTP 500 with the code in `faultcode` and in the detail (reference salesforce.md §3). */
export function fault(code: string, message: string): Response {
  const kind = code === "INVALID_LOGIN" ? "LoginFault" : "UnexpectedErrorFault";
  return envelope(
    500,
    `<soapenv:Fault><faultcode>${code}</faultcode><faultstring>${code}: ${escapeXml(message)}</faultstring>`
      + `<detail><sf:${kind} xsi:type="sf:${kind}"><sf:exceptionCode>${code}</sf:exceptionCode>`
      + `<sf:exceptionMessage>${escapeXml(message)}</sf:exceptionMessage></sf:${kind}></detail></soapenv:Fault>`,
  );
}
