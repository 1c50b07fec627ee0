import type { OAuthState } from "./oauth.ts";

/** From this version on there is no SOAP login (reference salesforce.md §1). */
const GONE_SINCE = 65;

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

/** The text of the first element of that name, whatever its prefix. */
function element(xml: string, name: string): string | null {
  const found = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)</`, "u").exec(xml)?.[1];
  return found === undefined ? null : unescapeXml(found);
}

function envelope(status: number, body: string): Response {
  const xml =
    `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" `
    + `xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" `
    + `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
  return new Response(xml, { status, headers: { "content-type": "text/xml;charset=UTF-8" } });
}

function fault(code: string, message: string): Response {
  return envelope(
    500,
    `<soapenv:Fault><faultcode>${code}</faultcode><faultstring>${code}: ${escapeXml(message)}</faultstring>`
      + `<detail><sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>${code}</sf:exceptionCode>`
      + `<sf:exceptionMessage>${escapeXml(message)}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>`,
  );
}

/** `POST /services/Soap/u/{version}`: sign-in by name and password plus security token (reference salesforce.md §3). */
export function soapLogin(state: OAuthState, xml: string, version: string, origin: string): Response {
  const number = Number(version);
  if (!/^\d+\.0$/u.test(version) || number < 31 || number >= GONE_SINCE) {
    return fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL");
  }
  if (!/<(?:\w+:)?login[\s>]/u.test(xml)) return fault("INVALID_OPERATION", "Only login is available");
  const { credentials, org, sessions } = state;
  const user = credentials.user(element(xml, "username") ?? "");
  if (user === undefined || element(xml, "password") !== credentials.password + credentials.securityToken) {
    return fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
  }
  const session = sessions.open(user.Id);
  const tail = org.id.slice(0, 15);
  const text = (name: string, value: string): string => `<${name}>${escapeXml(value)}</${name}>`;
  const named = (field: string): string => {
    const value = user[field];
    return typeof value === "string" ? value : "";
  };
  return envelope(
    200,
    `<loginResponse><result>`
      + text("metadataServerUrl", `${origin}/services/Soap/m/${version}/${tail}`)
      + text("passwordExpired", "false")
      + text("sandbox", "false")
      + text("serverUrl", `${origin}/services/Soap/u/${version}/${tail}`)
      + text("sessionId", session.token)
      + text("userId", user.Id)
      + `<userInfo>`
      + text("organizationId", org.id)
      + text("organizationName", org.name)
      + text("sessionSecondsValid", "7200")
      + text("userEmail", named("Email"))
      + text("userFullName", named("Name") || `${named("FirstName")} ${named("LastName")}`.trim())
      + text("userId", user.Id)
      + text("userName", credentials.username(user))
      + text("userTimeZone", named("TimeZoneSidKey") || org.timeZone)
      + text("userType", "Standard")
      + `</userInfo></result></loginResponse>`,
  );
}
