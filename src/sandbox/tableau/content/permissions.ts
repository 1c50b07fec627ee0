import { bodyOf, publishedOf, pathOf, projectOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, notFound, TableauError } from "../wire/errors.ts";
import { siteRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { asList, asTree, requiredText } from "../wire/request-body.ts";
import type { Grant, Mode, PublishedItem } from "./published.ts";
import type { Project } from "../state.ts";

/** The names the XSD knows (reference §2). */
const CAPABILITIES = new Set(
  (
    "AddComment AiAccess ChangeHierarchy ChangePermissions Connect Delete Execute ExportData ExportImage ExportXml "
    + "ExtractRefresh Filter Overwrite ProjectLeader PulseMetricDefine Read RunExplainData SaveAs ShareView "
    + "ViewComments ViewUnderlyingData VizqlDataApiAccess WebAuthoring WebAuthoringForFlows Write"
  ).split(" "),
);

/** What the permissions are on: the project, data source or workbook of the path. */
function holderOf(call: SiteCall): {
  readonly kind: "project" | PublishedItem["kind"];
  readonly item: Project | PublishedItem;
} {
  if (call.path["project"] !== undefined) return { kind: "project", item: projectOf(call, pathOf(call, "project")) };
  const item = publishedOf(call);
  return { kind: item.kind, item };
}

function permissionsReply(call: SiteCall): Reply {
  const { kind, item } = holderOf(call);
  const grantees = new Map<string, Grant[]>();
  for (const grant of item.grants) {
    const key = `${grant.granteeKind}:${grant.granteeId}`;
    grantees.set(key, [...(grantees.get(key) ?? []), grant]);
  }
  const owner = element(kind, { id: item.id, name: item.name }, [element("owner", { id: item.ownerId })]);
  const lines = [...grantees.values()].map(granteeElement);
  return { status: 200, elements: [element("permissions", {}, [owner, ...lines])] };
}

function granteeElement(grants: readonly Grant[]): Element {
  const [first] = grants;
  const capabilities = grants.map(({ capability, mode }) => element("capability", { name: capability, mode }));
  return element("granteeCapabilities", {}, [
    element(first?.granteeKind ?? "user", { id: first?.granteeId }),
    { name: "capabilities", attributes: {}, children: capabilities, itemName: "capability" },
  ]);
}

/** @param holder path of what the permissions are on */
export function permissionRoutes(holder: string): readonly Route[] {
  const one = `${holder}/permissions/:granteeKind/:grantee/:capability/:mode`;
  return [
    siteRoute("GET", `${holder}/permissions`, "permissions.get", "permissions:read", getPermissions),
    siteRoute("PUT", `${holder}/permissions`, "permissions.add", "permissions:update", addPermissions),
    siteRoute("DELETE", one, "permissions.delete", "permissions:delete", deletePermission),
  ];
}

/** `GET /{projects|datasources|workbooks}/{id}/permissions` */
function getPermissions(call: SiteCall): Reply {
  return permissionsReply(call);
}

/** `PUT …/permissions`: adds grants; one of the same grantee and capability is replaced. */
async function addPermissions(call: SiteCall): Promise<Reply> {
  const { item } = holderOf(call);
  const added = asList(asTree((await bodyOf(call))["permissions"])["granteeCapabilities"]).flatMap(
    (line): readonly Grant[] => {
      const granteeKind = line["group"] === undefined ? "user" : "group";
      const granteeId = requiredText(asTree(line[granteeKind]), "id", granteeKind);
      if (granteeKind === "user" && !call.state.users.has(granteeId)) throw notFound("404002", `User '${granteeId}'`);
      return asList(asTree(line["capabilities"])["capability"]).map((capability) => ({
        granteeKind,
        granteeId,
        capability: capabilityName(requiredText(capability, "name", "capability")),
        mode: modeOf(requiredText(capability, "mode", "capability")),
      }));
    },
  );
  const key = (grant: Grant) => `${grant.granteeKind}:${grant.granteeId}:${grant.capability}`;
  const replaced = new Set(added.map(key));
  item.grants = [...item.grants.filter((grant) => !replaced.has(key(grant))), ...added];
  return permissionsReply(call);
}

/** `DELETE …/permissions/{users|groups}/{gid}/{capability}/{Allow|Deny}`: 204. */
function deletePermission(call: SiteCall): Reply {
  const { item } = holderOf(call);
  const kind = pathOf(call, "granteeKind");
  const left = item.grants.filter(
    (grant) =>
      `${grant.granteeKind}s` !== kind
      || grant.granteeId !== pathOf(call, "grantee")
      || grant.capability !== pathOf(call, "capability")
      || grant.mode !== pathOf(call, "mode"),
  );
  if (left.length === item.grants.length) throw notFound("404000", "The permission");
  item.grants = left;
  return { status: 204 };
}

function capabilityName(name: string): string {
  if (!CAPABILITIES.has(name)) throw new TableauError("400009", "Bad Request", `'${name}' is not a capability.`);
  return name;
}

function modeOf(text: string): Mode {
  if (text !== "Allow" && text !== "Deny") throw badRequest("The mode of a capability is Allow or Deny.");
  return text;
}
