import { bodyOf, publishedOf, pathOf, projectOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { siteRoute } from "../route.ts";
import type { Route } from "../route.ts";
import type { Project } from "../state.ts";
import { element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, notFound, TableauError } from "../wire/errors.ts";
import { asList, asTree, requiredText } from "../wire/request-body.ts";
import { DEFAULT_KINDS } from "./published.ts";
import type { Grant, Mode, PublishedItem } from "./published.ts";

/** The names the XSD knows (reference §2). */
const CAPABILITIES = new Set(
  (
    "AddComment AiAccess ChangeHierarchy ChangePermissions Connect Delete Execute ExportData ExportImage ExportXml "
    + "ExtractRefresh Filter Overwrite ProjectLeader PulseMetricDefine Read RunExplainData SaveAs ShareView "
    + "ViewComments ViewUnderlyingData VizqlDataApiAccess WebAuthoring WebAuthoringForFlows Write"
  ).split(" "),
);

/** What the permissions of a path are on, and those it has. */
interface Holder {
  readonly kind: "project" | PublishedItem["kind"];
  readonly item: Project | PublishedItem;
  readonly grants: readonly Grant[];
  readonly keep: (grants: Grant[]) => void;
}

function holderOf(call: SiteCall): Holder {
  if (call.path["project"] === undefined) {
    const item = publishedOf(call);
    return { kind: item.kind, item, grants: item.grants, keep: (grants) => (item.grants = grants) };
  }
  const item = projectOf(call, pathOf(call, "project"));
  const wanted = call.path["defaultKind"];
  if (wanted === undefined) {
    return { kind: "project", item, grants: item.grants, keep: (grants) => (item.grants = grants) };
  }
  const kind = DEFAULT_KINDS.find((each) => each === wanted);
  if (kind === undefined) throw notFound("404000", `Default permissions of ${wanted}`);
  return {
    kind: "project",
    item,
    grants: item.defaults.get(kind) ?? [],
    keep: (grants) => item.defaults.set(kind, grants),
  };
}

function permissionsReply(call: SiteCall): Reply {
  const { kind, item, grants } = holderOf(call);
  const grantees = new Map<string, Grant[]>();
  for (const grant of grants) {
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

/**
 * @param holder path of what the permissions are on
 * @param kind `permissions`, or the default ones that what is published into a project begins with
 */
export function permissionRoutes(holder: string, kind: string): readonly Route[] {
  const all = `${holder}/${kind}`;
  const one = `${all}/:granteeKind/:grantee/:capability/:mode`;
  return [
    siteRoute("GET", all, "permissions.get", "permissions:read", getPermissions),
    siteRoute("PUT", all, "permissions.add", "permissions:update", addPermissions),
    siteRoute("DELETE", one, "permissions.delete", "permissions:delete", deletePermission),
  ];
}

/** `GET /{projects|datasources|workbooks}/{id}/permissions`, `GET /projects/{id}/default-permissions/{kind}` */
function getPermissions(call: SiteCall): Reply {
  return permissionsReply(call);
}

/** `PUT …/permissions`: adds grants; one of the same grantee and capability is replaced. */
async function addPermissions(call: SiteCall): Promise<Reply> {
  const { grants, keep } = holderOf(call);
  const added = asList(asTree((await bodyOf(call))["permissions"])["granteeCapabilities"]).flatMap(
    (line): readonly Grant[] => {
      const granteeKind = line["group"] === undefined ? "user" : "group";
      const granteeId = requiredText(asTree(line[granteeKind]), "id", granteeKind);
      if (granteeKind === "user" && !call.state.users.has(granteeId)) throw notFound("404002", `User '${granteeId}'`);
      if (granteeKind === "group" && !call.state.groups.has(granteeId))
        throw notFound("404012", `Group '${granteeId}'`);
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
  keep([...grants.filter((grant) => !replaced.has(key(grant))), ...added]);
  return permissionsReply(call);
}

/** `DELETE …/permissions/{users|groups}/{gid}/{capability}/{Allow|Deny}`: 204. */
function deletePermission(call: SiteCall): Reply {
  const { grants, keep } = holderOf(call);
  const kind = pathOf(call, "granteeKind");
  const left = grants.filter(
    (grant) =>
      `${grant.granteeKind}s` !== kind
      || grant.granteeId !== pathOf(call, "grantee")
      || grant.capability !== pathOf(call, "capability")
      || grant.mode !== pathOf(call, "mode"),
  );
  if (left.length === grants.length) throw notFound("404000", "The permission");
  keep(left);
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
