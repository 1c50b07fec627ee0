import { bodyOf, datasourceOf, projectOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { laterStamp, stamp } from "../state.ts";
import type { Site } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { nameExists, notFound } from "../wire/errors.ts";
import { listPage } from "../wire/listing.ts";
import type { ListingFields } from "../wire/listing.ts";
import { asTree, flagOf, textOf } from "../wire/request-body.ts";
import { findPublished } from "./published.ts";
import type { Datasource } from "./published.ts";
import { removePublished } from "./remove.ts";
import { tagsElement } from "./tags.ts";
import { megabytes, webPage } from "./web-page.ts";

export function datasourceElement(call: SiteCall, datasource: Datasource): Element {
  const project = call.site.projects.get(datasource.projectId);
  return element(
    "datasource",
    {
      id: datasource.id,
      name: datasource.name,
      contentUrl: datasource.contentUrl,
      webpageUrl: webPage(call, "datasources", datasource),
      type: "hyper",
      description: datasource.description === "" ? undefined : datasource.description,
      createdAt: stamp(datasource.createdAt),
      updatedAt: stamp(datasource.updatedAt),
      isCertified: datasource.certified,
      certificationNote: datasource.certificationNote === "" ? undefined : datasource.certificationNote,
      useRemoteQueryAgent: datasource.useRemoteQueryAgent,
      encryptExtracts: "false",
      hasExtracts: true,
      size: megabytes(datasource),
    },
    [
      element("project", { id: datasource.projectId, name: project?.name }),
      element("owner", { id: datasource.ownerId }),
      tagsElement(datasource.tags),
    ],
  );
}

function listingFields(call: SiteCall): ListingFields<Datasource> {
  const nameOfProject = (site: Site, id: string) => site.projects.get(id)?.name;
  return {
    values: {
      name: (datasource) => datasource.name,
      contentUrl: (datasource) => datasource.contentUrl,
      type: () => "hyper",
      size: megabytes,
      tags: (datasource) => [...datasource.tags],
      projectName: (datasource) => nameOfProject(call.site, datasource.projectId),
      ownerName: (datasource) => call.state.users.get(datasource.ownerId)?.name,
      isCertified: (datasource) => datasource.certified,
      hasExtracts: () => true,
    },
    instants: { createdAt: (datasource) => datasource.createdAt, updatedAt: (datasource) => datasource.updatedAt },
  };
}

/** `GET /datasources` */
export function listDatasources(call: SiteCall): Reply {
  const page = listPage(call.site.datasources.values(), call.query, listingFields(call));
  const items = page.items.map((datasource) => datasourceElement(call, datasource));
  return { status: 200, elements: [page.pagination, collection("datasources", "datasource", items)] };
}

/** `GET /datasources/{id}` */
export function getDatasource(call: SiteCall): Reply {
  return { status: 200, elements: [datasourceElement(call, datasourceOf(call))] };
}

/** `PUT /datasources/{id}`: renames, moves, gives away, certifies; only what is given changes. */
export async function updateDatasource(call: SiteCall): Promise<Reply> {
  const datasource = datasourceOf(call);
  const values = asTree((await bodyOf(call))["datasource"]);
  const name = textOf(values, "name") ?? datasource.name;
  const projectId = projectOf(call, textOf(asTree(values["project"]), "id") ?? datasource.projectId).id;
  const ownerId = textOf(asTree(values["owner"]), "id") ?? datasource.ownerId;
  if (!call.state.users.has(ownerId)) throw notFound("404002", `User '${ownerId}'`);
  const taken = findPublished(call.site.datasources, name, projectId);
  if (taken !== undefined && taken !== datasource) throw nameExists("data source", name);
  datasource.name = name;
  datasource.projectId = projectId;
  datasource.ownerId = ownerId;
  datasource.description = textOf(values, "description") ?? datasource.description;
  datasource.certified = flagOf(values, "isCertified") ?? datasource.certified;
  datasource.certificationNote = textOf(values, "certificationNote") ?? datasource.certificationNote;
  datasource.useRemoteQueryAgent = flagOf(values, "useRemoteQueryAgent") ?? datasource.useRemoteQueryAgent;
  datasource.updatedAt = laterStamp(call.state, datasource.updatedAt);
  return { status: 200, elements: [datasourceElement(call, datasource)] };
}

/** `DELETE /datasources/{id}`: 204. */
export function deleteDatasource(call: SiteCall): Reply {
  removePublished(call, datasourceOf(call));
  return { status: 204 };
}

/** `GET /datasources/{id}/connections`: the one connection of a published extract. */
export function listConnections(call: SiteCall): Reply {
  const datasource = datasourceOf(call);
  const connection = element("connection", {
    id: datasource.connectionId,
    type: "hyper",
    serverAddress: "localhost",
    serverPort: "",
    userName: "",
  });
  return { status: 200, elements: [collection("connections", "connection", [connection])] };
}
