import { join } from "node:path";
import { formatBindings } from "../../configuration/index.ts";
import type { Binding, Configuration } from "../../configuration/index.ts";
import { acceptBindings, listTitles, resolveBindings, toldOf } from "../../sync/index.ts";
import type { ConnectionBindings, ListBindings, LookContext } from "../../sync/index.ts";
import { configBindingsDocument } from "../documents/names.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatProblems, openLook } from "../look.ts";
import { replaceFile } from "../replace-file.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

export interface ConfigBindingsVerbOptions extends GlobalOptions {
  /** True accepts all that is not refused; names accept these. */
  readonly accept?: true | readonly string[];
}

const FILE = "bindings.lock.yaml";

/** Shows names with the ids behind them, as pinned and as stored last; `--accept` writes the lock file. 3 while an id is refused. */
export async function configBindingsVerb(machine: Machine, options: ConfigBindingsVerbOptions): Promise<number> {
  const context = await openLook(machine, options);
  try {
    const { configuration } = context;
    let bindings = await resolveBindings(context);
    // Before the first sync there is nothing to pin, and nothing to judge what is pinned by.
    const written = options.accept !== undefined && bindings.size > 0;
    if (options.accept !== undefined && written) {
      const lock = acceptBindings(configuration.bindings, bindings, options.accept === true ? null : options.accept);
      await replaceFile(join(configuration.directory, FILE), formatBindings(lock, listTitles(bindings)));
      bindings = await resolveBindings(withLock(context, { ...configuration, bindings: lock }));
    }
    const told = toldOf(bindings);
    if (options.json) {
      writeDocument(machine.terminal, configBindingsDocument, {
        file: join(options.config, FILE),
        written,
        connections: [...bindings].map(toPart),
        offers: [...told.offers],
        refused: [...told.refused],
      });
    } else {
      machine.terminal.out(text(bindings));
      machine.terminal.out(formatProblems(machine.directory, [...told.refused, ...told.offers]));
      if (written) machine.terminal.out(`Written to ${join(options.config, FILE)}; the next run maps with it.\n`);
      else if (Object.keys(configuration.bindings).length === 0) machine.terminal.out(NO_LOCK);
    }
    return told.refused.length === 0 ? EXIT.complete : EXIT.incomplete;
  } finally {
    await context.store.close();
  }
}

const NO_LOCK = "Nothing is pinned: names are looked up as they are. Pin them with: hub config bindings --accept\n";

function withLock(context: LookContext, configuration: Configuration): LookContext {
  return { ...context, configuration };
}

function toPart([connection, { lists }]: [string, ConnectionBindings]) {
  return {
    connection,
    names: lists.flatMap(({ list, key, bindings }) =>
      bindings.map(({ name, state, pin, shown, named }) => ({
        stream: list.stream,
        list: key,
        title: list.scope?.title ?? null,
        name,
        state,
        id: pin?.id ?? null,
        shown: shown?.name ?? null,
        found: named?.id ?? null,
      })),
    ),
  };
}

function text(bindings: ReadonlyMap<string, ConnectionBindings>): string {
  const rows = [...bindings].flatMap(([connection, { lists }]) =>
    lists.flatMap((list) => list.bindings.map((binding) => row(connection, list, binding))),
  );
  if (rows.length === 0) return "No mapping uses a name that has an id, as far as the store knows; sync first.\n";
  return formatTable(
    [{ title: "connection" }, { title: "list" }, { title: "name" }, { title: "id" }, { title: "" }],
    rows,
  );
}

function row(connection: string, { list, field, key }: ListBindings, binding: Binding): readonly string[] {
  const { name, state, pin, shown, named } = binding;
  const where = list.scope === null ? key : `${field ?? "fields"} of ${list.scope.title}`;
  const now = shown !== null && state !== "unchanged" ? `, now ${shown.name}` : "";
  const remark = state === "unchanged" ? (pin?.now === undefined ? "" : `now ${pin.now}`) : `${words(state)}${now}`;
  return [connection, `${list.stream}.${where}`, name, pin?.id ?? named?.id ?? "", remark];
}

function words(state: Binding["state"]): string {
  return state === "fresh" ? "not pinned" : state === "reused" ? "REFUSED" : state;
}
