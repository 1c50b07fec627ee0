import type { Reply, SiteCall } from "../call.ts";
import { element, textElement } from "../wire/element.ts";

export const NEWEST_VERSION = "3.29";
const OLDEST = [2, 4] as const;
const NEWEST = [3, 29] as const;

/** Whether this server speaks a REST version: any from 2.4 to its own, compared number by number. */
export function speaks(version: string): boolean {
  const match = /^(\d+)\.(\d+)$/u.exec(version);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const atLeast = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  const atMost = major < NEWEST[0] || (major === NEWEST[0] && minor <= NEWEST[1]);
  return atLeast && atMost;
}

/** `GET /serverInfo`: needs no login. */
export function serverInfo(): Reply {
  return {
    status: 200,
    elements: [
      element("serverInfo", {}, [
        textElement("productVersion", "2026.2.5", { build: "20262.26.0804.1806" }),
        textElement("restApiVersion", NEWEST_VERSION),
      ]),
    ],
  };
}

/** `GET /sites/{site}` */
export function getSite(call: SiteCall): Reply {
  const { id, name, contentUrl } = call.site;
  return {
    status: 200,
    elements: [element("site", { id, name, contentUrl, adminMode: "ContentAndUsers", state: "Active" })],
  };
}
