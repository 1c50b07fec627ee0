import type { JsonObject } from "../../../src/model/index.ts";
import type { Change, Draw } from "../../acceptance/harness.ts";
import { ASANA } from "../../support/asana-seed.ts";
import { gidOf, homesOf } from "./harness-world.ts";
import type { Workspace } from "./harness-world.ts";

/** Everything that happens in a workspace at random. */
export function asanaChanges(ws: Workspace): readonly Change[] {
  let serial = 0;
  const named = (): string => {
    serial += 1;
    return `League ${serial}`;
  };
  const project = async (draw: Draw): Promise<string | undefined> => draw.pick(await ws.projects());
  const task = async (draw: Draw): Promise<JsonObject | undefined> => draw.pick(await ws.tasks(await project(draw)));
  const section = async (draw: Draw, of: string): Promise<string | undefined> =>
    draw.pick((await ws.list(`/projects/${of}/sections`)).map(gidOf));
  const on = async (
    draw: Draw,
    act: (gid: string, row: JsonObject) => Promise<string | null>,
  ): Promise<string | null> => {
    const found = await task(draw);
    return found === undefined ? null : act(gidOf(found), found);
  };
  const put = (name: string, weight: number, data: (draw: Draw, row: JsonObject) => object): Change => ({
    name,
    weight,
    make: (draw) =>
      on(draw, async (gid, row) => {
        await ws.write("PUT", `/tasks/${gid}`, data(draw, row));
        return gid;
      }),
  });

  return [
    {
      name: "create tasks",
      weight: 4,
      make: async (draw) => {
        const home = await project(draw);
        if (home === undefined) return null;
        const where = await section(draw, home);
        const gids: string[] = [];
        for (let n = draw.below(5); n >= 0; n -= 1) {
          const memberships = [{ project: home, section: where }];
          gids.push(gidOf(await ws.write("POST", "/tasks", { name: named(), memberships })));
        }
        return gids.join(" ");
      },
    },
    put("change due date", 4, (draw) => ({ due_on: `2026-0${1 + draw.below(9)}-1${draw.below(10)}` })),
    put("rename task", 2, named_),
    put("complete or reopen", 3, (_draw, row) => ({ completed: row["completed"] !== true })),
    put("assign", 2, (draw) => ({ assignee: draw.pick([ASANA.ada, ASANA.ben, null]) ?? null })),
    {
      name: "set custom field",
      weight: 3,
      make: async (draw) => {
        const found = draw.pick(await ws.tasks(ASANA.onboarding).catch(() => []));
        if (found === undefined) return null;
        const value = draw.pick([ASANA.green, ASANA.red, null]) ?? null;
        await ws.write("PUT", `/tasks/${gidOf(found)}`, {
          custom_fields: { [ASANA.stage]: value, [ASANA.opportunity]: named() },
        });
        return gidOf(found);
      },
    },
    {
      name: "move between sections",
      weight: 6,
      make: (draw) =>
        on(draw, async (gid, row) => {
          const home = draw.pick(homesOf(row));
          const where = home === undefined ? undefined : await section(draw, home);
          if (where === undefined) return null;
          await ws.write("POST", `/sections/${where}/addTask`, { task: gid }, draw.chance(0.3) ? null : ASANA.ben);
          return `${gid} to ${where}`;
        }),
    },
    {
      name: "add to another project",
      weight: 2,
      make: (draw) =>
        on(draw, async (gid) => {
          const home = await project(draw);
          await ws.write("POST", `/tasks/${gid}/addProject`, { project: home });
          return `${gid} to ${home}`;
        }),
    },
    {
      name: "take out of a project",
      weight: 2,
      make: (draw) =>
        on(draw, async (gid, row) => {
          const home = draw.pick(homesOf(row));
          if (home === undefined) return null;
          await ws.write("POST", `/tasks/${gid}/removeProject`, { project: home });
          return `${gid} from ${home}`;
        }),
    },
    {
      name: "add subtask",
      weight: 2,
      make: (draw) =>
        on(draw, async (gid) => gidOf(await ws.write("POST", `/tasks/${gid}/subtasks`, { name: named() }))),
    },
    {
      name: "change subtask",
      weight: 2,
      make: (draw) =>
        on(draw, async (gid) => {
          const below = draw.pick(await ws.list(`/tasks/${gid}/subtasks`));
          if (below === undefined) return null;
          await ws.write("PUT", `/tasks/${gidOf(below)}`, { name: named() });
          return gidOf(below);
        }),
    },
    {
      name: "delete subtask",
      weight: 1,
      make: (draw) =>
        on(draw, async (gid) => {
          const below = draw.pick(await ws.list(`/tasks/${gid}/subtasks`));
          if (below === undefined) return null;
          await ws.write("DELETE", `/tasks/${gidOf(below)}`);
          return gidOf(below);
        }),
    },
    {
      name: "delete task",
      weight: 3,
      make: (draw) =>
        on(draw, async (gid) => {
          await ws.write("DELETE", `/tasks/${gid}`);
          ws.trash.tasks.add(gid);
          return gid;
        }),
    },
    {
      name: "restore task",
      weight: 1,
      make: async (draw) => {
        const gid = draw.pick([...ws.trash.tasks]);
        if (gid === undefined) return null;
        await ws.control("POST", "/restore", { taskGid: gid });
        ws.trash.tasks.delete(gid);
        return gid;
      },
    },
    {
      name: "new project",
      weight: 1,
      make: async () => {
        const gid = gidOf(
          await ws.write("POST", "/projects", { name: named(), workspace: ASANA.workspace, team: ASANA.team }),
        );
        const where = gidOf(await ws.write("POST", `/projects/${gid}/sections`, { name: named() }));
        await ws.write("POST", "/tasks", { name: named(), memberships: [{ project: gid, section: where }] });
        return gid;
      },
    },
    {
      name: "change project",
      weight: 2,
      make: async (draw) => {
        const gid = await project(draw);
        if (gid === undefined) return null;
        await ws.write("PUT", `/projects/${gid}`, {
          name: named(),
          due_on: `2026-1${draw.below(3)}-01`,
          archived: draw.chance(0.2),
        });
        return gid;
      },
    },
    {
      name: "delete project",
      weight: 1,
      make: async (draw) => {
        const gid = await project(draw);
        if (gid === undefined || (await ws.projects()).length < 2) return null;
        await ws.write("DELETE", `/projects/${gid}`);
        ws.trash.projects.add(gid);
        return gid;
      },
    },
    {
      name: "restore project",
      weight: 1,
      make: async (draw) => {
        const gid = draw.pick([...ws.trash.projects]);
        if (gid === undefined) return null;
        await ws.control("POST", "/restore", { projectGid: gid });
        ws.trash.projects.delete(gid);
        return gid;
      },
    },
    {
      name: "new section",
      weight: 1,
      make: async (draw) => {
        const gid = await project(draw);
        return gid === undefined ? null : gidOf(await ws.write("POST", `/projects/${gid}/sections`, { name: named() }));
      },
    },
    {
      name: "rename section",
      weight: 1,
      make: async (draw) => {
        const home = await project(draw);
        const gid = home === undefined ? undefined : await section(draw, home);
        if (gid === undefined) return null;
        await ws.write("PUT", `/sections/${gid}`, { name: named() });
        return gid;
      },
    },
  ];

  function named_(): object {
    return { name: named() };
  }
}
