import type { Row } from "../schema/index.ts";
import type { OAuthState } from "./oauth.ts";
import { element, envelope, fault, tag } from "./soap-xml.ts";

/** From this version on there is no SOAP login (reference salesforce.md §1). */
const GONE_SINCE = 65;

/** What SOAP tells of a user; as part of the login reply and as the answer to `getUserInfo`. */
export function userInfoXml(state: OAuthState, user: Row): string {
  const { org, credentials, sessions } = state;
  const named = (field: string): string => {
    const value = user[field];
    return typeof value === "string" ? value : "";
  };
  return (
    tag("currencySymbol", "$")
    + tag("organizationId", org.id)
    + tag("organizationMultiCurrency", "false")
    + tag("organizationName", org.name)
    + tag("profileId", named("ProfileId"))
    + tag("roleId", user["UserRoleId"] == null ? null : named("UserRoleId"))
    + tag("sessionSecondsValid", String(sessions.timeoutSeconds))
    + tag("userDefaultCurrencyIsoCode", null)
    + tag("userEmail", named("Email"))
    + tag("userFullName", named("Name") || `${named("FirstName")} ${named("LastName")}`.trim())
    + tag("userId", user.Id)
    + tag("userLanguage", "en_US")
    + tag("userLocale", "en_US")
    + tag("userName", credentials.username(user))
    + tag("userTimeZone", named("TimeZoneSidKey") || org.timeZone)
    + tag("userType", "Standard")
    + tag("userUiSkin", "Theme3")
  );
}

/** `login`: sign-in by name and password plus security token (reference salesforce.md §3). */
export function soapLogin(state: OAuthState, xml: string, version: number, origin: string): Response {
  if (version >= GONE_SINCE) return fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL");
  const { credentials, org, sessions } = state;
  const user = credentials.user(element(xml, "username") ?? "");
  if (user === undefined || element(xml, "password") !== credentials.password + credentials.securityToken) {
    return fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
  }
  const session = sessions.open(user.Id);
  const path = `${version.toFixed(1)}/${org.id.slice(0, 15)}`;
  return envelope(
    200,
    `<loginResponse><result>`
      + tag("metadataServerUrl", `${origin}/services/Soap/m/${path}`)
      + tag("passwordExpired", "false")
      + tag("sandbox", "false")
      + tag("serverUrl", `${origin}/services/Soap/u/${path}`)
      + tag("sessionId", session.token)
      + tag("userId", user.Id)
      + `<userInfo>${userInfoXml(state, user)}</userInfo></result></loginResponse>`,
  );
}
