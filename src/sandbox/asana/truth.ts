import { render, Selection } from "./selection.ts";
import type { Json, ResourceType } from "./selection.ts";
import type { StoryRow, TaskRow } from "./rows.ts";
import { taskLives, taskVisible } from "./state.ts";
import type { View } from "./view.ts";
import type { World } from "./world.ts";

/** The eyes of the integration's own personal token on a paid plan. */
export function integrationView(world: World): View {
  return { viewerGid: world.tokenUserGid, app: null, plan: "paid", scopes: null };
}

/** What became of a record; what an archived project holds can still be read and is live. */
type Fate = "live" | "deleted" | "hidden";

interface Entry {
  readonly gid: string;
  readonly state: Fate;
  readonly content: () => Readonly<Record<string, Json>>;
}

/**
 * `GET /truth[?stream=tasks,stories][&opt_fields=…]`: every record there is or was, in the shape the API shows the
 * integration, with all fields unless `opt_fields` says otherwise:
 * `{stream: {gid: {state: live|deleted|hidden, content}}}`. Streams are named as the connector names them. Streamed, so
 * that generated sets need not fit into memory.
 */
export function truth(world: World, query: URLSearchParams): Response {
  const asked = query.get("stream")?.split(",") ?? null;
  const fields = query.get("opt_fields");
  const selection = fields === null ? null : world.selections.compile(fields);
  const streams = Object.entries(streamsOf(world, selection)).filter(([name]) => asked?.includes(name) ?? true);
  const parts = chunks(streams);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { value, done } = parts.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

const CHUNK = 64_000;

function* chunks(streams: readonly (readonly [string, Iterable<Entry>])[]): Generator<string, void> {
  let text = "{";
  for (const [i, [name, entries]] of streams.entries()) {
    text += `${i === 0 ? "" : ","}${JSON.stringify(name)}:{`;
    let first = true;
    for (const { gid, state, content } of entries) {
      text += `${first ? "" : ","}${JSON.stringify(gid)}:${JSON.stringify({ state, content: content() })}`;
      first = false;
      if (text.length < CHUNK) continue;
      yield text;
      text = "";
    }
    text += "}";
  }
  yield `${text}}`;
}

/** Everything a kind of object shows, opt-in fields too. */
function everything<Row>(type: ResourceType<Row>): Selection {
  const selection = new Selection();
  for (const name of Object.keys(type.fields)) selection.add([name]);
  return selection;
}

function streamsOf(world: World, asked: Selection | null): Readonly<Record<string, Iterable<Entry>>> {
  const { state, resources } = world;
  const view = integrationView(world);
  function* of<Row extends { readonly gid: string }>(
    type: ResourceType<Row>,
    rows: Iterable<Row>,
    fate: (row: Row) => Fate,
  ): Generator<Entry> {
    const selection = asked ?? everything(type);
    for (const row of rows) {
      const { gid } = row;
      yield { gid, state: fate(row), content: () => render(type, row, selection, view) };
    }
  }
  const live = (): Fate => "live";
  const ofProject = (project: { readonly gid: string; readonly deletedAt: string | null }): Fate =>
    project.deletedAt !== null ? "deleted" : state.hiddenProjects.has(project.gid) ? "hidden" : "live";
  const ofTask = (task: TaskRow): Fate => (!taskLives(task) ? "deleted" : taskVisible(state, task) ? "live" : "hidden");
  function* stories(): Generator<StoryRow> {
    for (const task of state.tasks.values()) yield* task.stories;
    yield* state.deletedStories.values();
  }
  return {
    workspaces: of(resources.workspace, [state.workspace], live),
    teams: of(resources.team, state.teams.values(), live),
    users: of(resources.user, state.users.values(), live),
    custom_fields: of(resources.customField, state.customFields.values(), (field) =>
      field.deletedAt === null ? "live" : "deleted",
    ),
    projects: of(resources.project, state.projects.values(), ofProject),
    sections: of(resources.section, state.sections.values(), (section) =>
      section.deletedAt === null ? ofProject(section.project) : "deleted",
    ),
    tasks: of(resources.task, state.tasks.values(), ofTask),
    stories: of(resources.story, stories(), (story) => {
      if (state.deletedStories.has(story.gid)) return "deleted";
      const task = state.tasks.get(story.taskGid);
      return task === undefined ? "deleted" : ofTask(task);
    }),
  };
}
