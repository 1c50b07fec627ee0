import { methodNotAllowed, notFound } from "../errors.ts";
import { readField } from "../schema/index.ts";
import type { ObjectSchema } from "../schema/index.ts";
import { attributes, nameField } from "../soql/index.ts";
import type { Call, Reply, RestState } from "./call.ts";

/** The records a user had in hand, as `recent` and `sobjects/X` list them. */
export function recentItems(state: RestState, call: Call, object: ObjectSchema | null, most: number): unknown[] {
  const items: unknown[] = [];
  for (const seen of state.recent.of(call.session.userId)) {
    if (items.length >= most) break;
    if (object !== null && seen.object !== object.name) continue;
    const table = state.org.tableNamed(seen.object);
    const row = table.get(seen.id);
    const name = nameField(table.object);
    if (row === undefined || row["IsDeleted"] === true || name === undefined) continue;
    if (!state.org.visibility.shows(table.object) || !state.org.visibility.showsRow(row.Id)) continue;
    items.push({ attributes: attributes(call.version, seen.object, row.Id), Id: row.Id, Name: readField(name, row) });
  }
  return items;
}

function tabs(state: RestState, call: Call): unknown[] {
  return state.org.schema.objects
    .filter((each) => each.deletable && state.org.visibility.shows(each))
    .map((each) => ({
      colors: [],
      custom: each.custom,
      iconUrl: `${call.origin}/img/icon/${each.name.toLowerCase()}32.png`,
      icons: [],
      label: each.labelPlural,
      miniIconUrl: `${call.origin}/img/icon/${each.name.toLowerCase()}16.png`,
      name: `standard-${each.name}`,
      sobjectName: each.name,
      timeStyle: each.name.toLowerCase(),
      url: `${call.origin}/${each.keyPrefix}/o`,
    }));
}

/** `recent`, `tabs` and `theme`: what pages are made of. */
export function looksResource(state: RestState, call: Call): Reply {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  switch (call.path[0]?.toLowerCase()) {
    case "recent": {
      const limit = Number(call.search.get("limit") ?? "200");
      return { status: 200, body: recentItems(state, call, null, Number.isInteger(limit) ? limit : 200) };
    }
    case "tabs":
      return { status: 200, body: tabs(state, call) };
    case "theme":
      return {
        status: 200,
        body: {
          themeItems: state.org.schema.objects.map((each) => ({ colors: [], icons: [], name: each.name })),
        },
      };
    default:
      throw notFound();
  }
}

/** `describe/layouts`, `describe/compactLayouts` and the like: one plain layout with every shown field. */
export function layoutsResource(state: RestState, call: Call, object: ObjectSchema): Reply {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const [, , , which = "", recordTypeId] = call.path;
  const id = `00h${object.keyPrefix}000000000AAA`.slice(0, 18);
  const base = `/services/data/v${call.version}/sobjects/${object.name}/describe`;
  switch (which.toLowerCase()) {
    case "layouts": {
      const rows = state.org.visibility.fields(object).map((field) => ({
        layoutItems: [
          {
            editableForNew: field.createable,
            editableForUpdate: field.updateable,
            label: field.label,
            layoutComponents: [{ displayLines: 1, tabOrder: 1, type: "Field", value: field.name }],
            placeholder: false,
            required: !field.nillable && field.createable,
          },
        ],
        numItems: 1,
      }));
      const section = { columns: 1, heading: object.label, layoutRows: rows, rows: rows.length, useHeading: true };
      const layout = { id, detailLayoutSections: [section], editLayoutSections: [section], relatedLists: [] };
      if (recordTypeId !== undefined) return { status: 200, body: layout };
      return {
        status: 200,
        body: {
          layouts: [layout],
          recordTypeMappings: [
            {
              available: true,
              defaultRecordTypeMapping: true,
              developerName: "Master",
              layoutId: id,
              master: true,
              name: "Master",
              picklistsForRecordType: [],
              recordTypeId: "012000000000000AAA",
              urls: { layout: `${base}/layouts/012000000000000AAA` },
            },
          ],
          recordTypeSelectorRequired: [false],
        },
      };
    }
    case "compactlayouts":
      return {
        status: 200,
        body: { compactLayouts: [], defaultCompactLayoutId: null, recordTypeCompactLayoutMappings: [] },
      };
    case "approvallayouts":
      return { status: 200, body: { approvalLayouts: [] } };
    default:
      throw notFound();
  }
}
