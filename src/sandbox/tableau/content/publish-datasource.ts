import type { Reply, SiteCall } from "../call.ts";
import { applyActions } from "../data/apply-actions.ts";
import { changeExtract } from "../data/change-extract.ts";
import { tableKey } from "../data/hyper-contents.ts";
import { discardUpload } from "../site/uploads.ts";
import { newLuid } from "../state.ts";
import { notFound, publishFailed } from "../wire/errors.ts";
import { flagOf, textOf } from "../wire/request-body.ts";
import { checkContent, datasourceType } from "./content-check.ts";
import type { DatasourceType } from "./content-check.ts";
import { datasourceElement } from "./datasources.ts";
import { newPublished, publish } from "./publication.ts";
import type { Publication, Publishing } from "./publication.ts";
import type { Datasource } from "./published.ts";
import { addRevision } from "./revisions.ts";

const PUBLISHING: Publishing<Datasource, DatasourceType> = {
  kind: "datasource",
  jobType: "PublishDatasource",
  typeOf: datasourceType,
  items: (call) => call.site.datasources,
  accept,
  show: datasourceElement,
};

/** `POST /datasources` */
export function publishDatasource(call: SiteCall): Promise<Reply> {
  return publish(call, PUBLISHING);
}

async function accept(
  call: SiteCall,
  publication: Publication<DatasourceType>,
  existing: Datasource | undefined,
): Promise<Datasource> {
  if (existing === undefined && publication.mode === "append") {
    throw notFound("404004", `Data source '${publication.name}' to append to`);
  }
  await checkContent(publication.upload.file, publication.type, call.engine);
  if (existing !== undefined && publication.mode === "append") return append(call, publication, existing);
  const datasource = existing ?? newDatasource(call, publication);
  await addRevision(call, datasource, publication.upload.file, publication.fileName);
  datasource.description = textOf(publication.values, "description") ?? datasource.description;
  call.site.datasources.set(datasource.id, datasource);
  return datasource;
}

/** Adds the rows of a one-table extract to an existing one of the same table and columns. */
async function append(
  call: SiteCall,
  publication: Publication<DatasourceType>,
  target: Datasource,
): Promise<Datasource> {
  if (!call.engine.available)
    throw publishFailed("Appending needs the Hyper engine, which this sandbox was not given.");
  if (publication.type !== "hyper") throw publishFailed("Only the rows of an extract can be appended.");
  await changeExtract(call, target, publication.upload.file, async (engine, { target: present, source }) => {
    const [table, ...more] = source.tables;
    const [there, ...others] = present.tables;
    if (
      table === undefined
      || there === undefined
      || tableKey(table) !== tableKey(there)
      || more.length + others.length > 0
    ) {
      throw publishFailed("Appending needs one table of the same name on both sides.");
    }
    const names = { "target-table": table.name, "source-table": table.name };
    await applyActions(engine, [{ action: "insert", ...names }], { target: present, source });
  });
  await discardUpload(publication.upload);
  return target;
}

function newDatasource(call: SiteCall, publication: Publication<DatasourceType>): Datasource {
  return {
    ...newPublished(call, publication, "datasources"),
    kind: "datasource",
    certified: false,
    certificationNote: "",
    useRemoteQueryAgent: flagOf(publication.values, "useRemoteQueryAgent") ?? false,
    connectionId: newLuid(call.state),
  };
}
