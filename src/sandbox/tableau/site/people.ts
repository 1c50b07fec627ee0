import { pathOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import type { Group, User } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { notFound } from "../wire/errors.ts";
import { listPage } from "../wire/listing.ts";

function userElement(user: User): Element {
  return element("user", { id: user.id, name: user.name, siteRole: "SiteAdministratorCreator" });
}

function groupElement(group: Group): Element {
  return element("group", { id: group.id, name: group.name }, [element("domain", { name: "local" })]);
}

function userOf(call: SiteCall): User {
  const id = pathOf(call, "user");
  const user = call.state.users.get(id);
  if (user === undefined) throw notFound("404002", `User '${id}'`);
  return user;
}

function usersReply(call: SiteCall, users: Iterable<User>): Reply {
  const page = listPage(users, call.query, { values: { name: (user) => user.name }, instants: {} });
  return { status: 200, elements: [page.pagination, collection("users", "user", page.items.map(userElement))] };
}

function groupsReply(call: SiteCall, groups: Iterable<Group>): Reply {
  const page = listPage(groups, call.query, {
    values: { name: (group) => group.name, domainName: () => "local" },
    instants: {},
  });
  return { status: 200, elements: [page.pagination, collection("groups", "group", page.items.map(groupElement))] };
}

/** `GET /users` */
export function listUsers(call: SiteCall): Reply {
  return usersReply(call, call.state.users.values());
}

/** `GET /users/{id}` */
export function getUser(call: SiteCall): Reply {
  return { status: 200, elements: [userElement(userOf(call))] };
}

/** `GET /users/{id}/groups` */
export function listGroupsOfUser(call: SiteCall): Reply {
  const { id } = userOf(call);
  return groupsReply(
    call,
    [...call.state.groups.values()].filter((group) => group.userIds.has(id)),
  );
}

/** `GET /groups` */
export function listGroups(call: SiteCall): Reply {
  return groupsReply(call, call.state.groups.values());
}

/** `GET /groups/{id}/users` */
export function listUsersOfGroup(call: SiteCall): Reply {
  const id = pathOf(call, "group");
  const group = call.state.groups.get(id);
  if (group === undefined) throw notFound("404012", `Group '${id}'`);
  return usersReply(
    call,
    [...call.state.users.values()].filter((user) => group.userIds.has(user.id)),
  );
}
