import type { Reply, SiteCall } from "../call.ts";
import { pathOf } from "../call.ts";
import { collection, element, textElement } from "../wire/element.ts";
import { notFound } from "../wire/errors.ts";
import { listPage } from "../wire/listing.ts";
import type { User } from "../state.ts";

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

function userElement(user: User) {
  return element("user", { id: user.id, name: user.name, siteRole: "SiteAdministratorCreator" });
}

/** `GET /users` */
export function listUsers(call: SiteCall): Reply {
  const page = listPage(call.state.users.values(), call.query, { values: { name: (user) => user.name }, instants: {} });
  return { status: 200, elements: [page.pagination, collection("users", "user", page.items.map(userElement))] };
}

/** `GET /users/{id}` */
export function getUser(call: SiteCall): Reply {
  const user = call.state.users.get(pathOf(call, "user"));
  if (user === undefined) throw notFound("404002", `User '${pathOf(call, "user")}'`);
  return { status: 200, elements: [userElement(user)] };
}
