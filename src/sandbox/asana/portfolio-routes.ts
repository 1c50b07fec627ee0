import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, ok, optionalBoolean, optionalDay, optionalText, param, requiredText, textList } from "./call.ts";
import { emit, target } from "./changes.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { checkWorkspace, memberOf, requireField } from "./lookups.ts";
import { render } from "./selection.ts";
import type { Router } from "./router.ts";
import type { PortfolioRow, ProjectRow } from "./rows.ts";
import { projectVisible } from "./state.ts";

const MOST_ITEMS = 1500;
const MOST_FIELDS = 20;

function portfolioOf(call: Call, gid = param(call)): PortfolioRow {
  const row = call.world.state.portfolios.get(gid);
  if (row === undefined || row.deletedAt !== null) throw unknownObject("portfolio", gid);
  return row;
}

/** Only one's own: others' need a service account (reference asana.md §8). */
function listPortfolios(call: Call): Answer {
  checkWorkspace(call, call.query.get("workspace") ?? "");
  const asked = call.query.get("owner");
  const owner = asked === null || asked === "" ? call.view.viewerGid : memberOf(call, "owner", asked);
  if (owner !== call.view.viewerGid) throw badRequest("owner: You may only list your own portfolios");
  const rows = [...call.world.state.portfolios.values()].filter(
    (row) => row.deletedAt === null && row.ownerGid === owner,
  );
  return list(call, call.world.resources.portfolio, rows);
}

function write(call: Call, row: PortfolioRow): void {
  const { data } = call;
  row.name = optionalText(data, "name") ?? row.name;
  const color = optionalText(data, "color");
  if (color !== undefined) row.color = color;
  const startOn = optionalDay(data, "start_on");
  if (startOn !== undefined) row.startOn = startOn;
  const dueOn = optionalDay(data, "due_on");
  if (dueOn !== undefined) row.dueOn = dueOn;
  row.archived = optionalBoolean(data, "archived") ?? row.archived;
}

function create(call: Call): Answer {
  checkWorkspace(call, requiredText(call.data, "workspace"));
  requiredText(call.data, "name");
  const own = call.actor.userGid;
  const row: PortfolioRow = {
    gid: call.world.state.nextGid(),
    name: "",
    color: null,
    createdAt: call.world.now(),
    createdByGid: own,
    ownerGid: own,
    startOn: null,
    dueOn: null,
    memberGids: own === null ? [] : [own],
    customFieldGids: [],
    items: [],
    statuses: [],
    archived: false,
    deletedAt: null,
  };
  write(call, row);
  call.world.state.portfolios.set(row.gid, row);
  return one(call, call.world.resources.portfolio, row, 201);
}

function itemOf(call: Call): ProjectRow | PortfolioRow {
  const gid = requiredText(call.data, "item");
  const { state } = call.world;
  const item = state.projects.get(gid) ?? state.portfolios.get(gid);
  if (item === undefined || item.deletedAt !== null) throw unknownObject("item", gid);
  return item;
}

function isProject(item: ProjectRow | PortfolioRow): item is ProjectRow {
  return "sections" in item;
}

function addItem(call: Call): Answer {
  const row = portfolioOf(call);
  const item = itemOf(call);
  if (row.items.includes(item)) return empty();
  if (row.items.length >= MOST_ITEMS) throw badRequest(`item: A portfolio may have at most ${MOST_ITEMS} items`);
  const before = optionalText(call.data, "insert_before");
  const after = optionalText(call.data, "insert_after");
  const index = (gid: string): number => {
    const found = row.items.findIndex((each) => each.gid === gid);
    if (found < 0) throw badRequest(`insert_before: Unknown object: ${gid}`);
    return found;
  };
  const at =
    typeof before === "string" ? index(before) : typeof after === "string" ? index(after) + 1 : row.items.length;
  row.items = [...row.items.slice(0, at), item, ...row.items.slice(at)];
  emit(
    call,
    [row.gid],
    "added",
    target(isProject(item) ? "project" : "portfolio", item.gid),
    target("portfolio", row.gid),
  );
  return empty();
}

function removeItem(call: Call): Answer {
  const row = portfolioOf(call);
  const item = itemOf(call);
  if (!row.items.includes(item)) throw badRequest(`item: Not an item of the portfolio: ${item.gid}`);
  emit(
    call,
    [row.gid],
    "removed",
    target(isProject(item) ? "project" : "portfolio", item.gid),
    target("portfolio", row.gid),
  );
  row.items = row.items.filter((each) => each !== item);
  return empty();
}

function items(call: Call): Answer {
  const { state, resources } = call.world;
  const rows = portfolioOf(call).items.filter((item) =>
    isProject(item) ? projectVisible(state, item) : item.deletedAt === null,
  );
  const projects = rows.filter(isProject);
  if (projects.length === rows.length) return list(call, resources.project, projects);
  const data = rows.map((item) =>
    isProject(item)
      ? render(resources.project, item, call.selection ?? resources.project.compact, call.view)
      : render(resources.portfolio, item, call.selection ?? resources.portfolio.compact, call.view),
  );
  return ok(data);
}

/** Portfolios and what is in them; paid plans only (reference asana.md §8). */
export function addPortfolioRoutes(router: Router): void {
  const add = router.add.bind(router);
  const shown = (call: Call): Answer => one(call, call.world.resources.portfolio, portfolioOf(call));
  add("GET", "/portfolios", listPortfolios);
  add("POST", "/portfolios", create);
  add("GET", "/portfolios/{portfolio_gid}", shown);
  add("PUT", "/portfolios/{portfolio_gid}", (call) => {
    write(call, portfolioOf(call));
    return shown(call);
  });
  add("DELETE", "/portfolios/{portfolio_gid}", (call) => {
    portfolioOf(call).deletedAt = call.world.now();
    return empty();
  });
  add("GET", "/portfolios/{portfolio_gid}/items", items);
  add("POST", "/portfolios/{portfolio_gid}/addItem", addItem);
  add("POST", "/portfolios/{portfolio_gid}/removeItem", removeItem);
  add("GET", "/portfolios/{portfolio_gid}/custom_field_settings", (call) => {
    const row = portfolioOf(call);
    const rows = row.customFieldGids.map((gid) => ({ gid, portfolio: row, field: requireField(call, gid) }));
    return list(call, call.world.resources.setting, rows);
  });
  add("POST", "/portfolios/{portfolio_gid}/addCustomFieldSetting", (call) => {
    const row = portfolioOf(call);
    const field = requireField(call, requiredText(call.data, "custom_field"));
    if (row.customFieldGids.length >= MOST_FIELDS)
      throw badRequest(`custom_field: A portfolio may have at most ${MOST_FIELDS} custom fields`);
    if (!row.customFieldGids.includes(field.gid)) row.customFieldGids = [...row.customFieldGids, field.gid];
    const { setting } = call.world.resources;
    return ok(render(setting, { portfolio: row, field }, call.selection ?? setting.full, call.view));
  });
  add("POST", "/portfolios/{portfolio_gid}/removeCustomFieldSetting", (call) => {
    const row = portfolioOf(call);
    const gid = requiredText(call.data, "custom_field");
    row.customFieldGids = row.customFieldGids.filter((each) => each !== gid);
    return empty();
  });
  add("POST", "/portfolios/{portfolio_gid}/addMembers", (call) => {
    const row = portfolioOf(call);
    const gids = textList(call.data, "members").map((id) => memberOf(call, "members", id));
    row.memberGids = [...new Set([...row.memberGids, ...gids])];
    return shown(call);
  });
  add("POST", "/portfolios/{portfolio_gid}/removeMembers", (call) => {
    const row = portfolioOf(call);
    const gids = new Set(textList(call.data, "members").map((id) => memberOf(call, "members", id)));
    row.memberGids = row.memberGids.filter((gid) => !gids.has(gid));
    return shown(call);
  });
}
