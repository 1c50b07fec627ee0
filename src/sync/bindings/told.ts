import type { Binding } from "../../configuration/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type { Problem } from "../../model/index.ts";
import type { ListBindings } from "./list-bindings.ts";
import type { ConnectionBindings } from "./resolve.ts";

/** Names that changed, in words. */
export interface ToldNames {
  /** Renamed, moved or gone; nothing is lost meanwhile, and one command accepts it. */
  readonly offers: readonly Problem[];
  /** Reused ids: what holds them is not mapped anew until somebody decides. */
  readonly refused: readonly Problem[];
}

/** What there is to tell of a connection's names, of several when several are given. */
export function toldOf(bindings: ReadonlyMap<string, ConnectionBindings>): ToldNames {
  const lists = [...bindings.values()].flatMap((each) => each.lists);
  const errors = lists.flatMap((list) => list.bindings.flatMap((binding) => tell(list, binding) ?? []));
  const vanished = [...bindings].flatMap(([connection, own]) =>
    own.vanished.map(({ stream, key }) => outOfSight(connection, stream, key)),
  );
  return {
    offers: [...errors.filter(({ code }) => code !== "HUB-2015"), ...vanished].map(toProblem),
    refused: errors.filter(({ code }) => code === "HUB-2015").map(toProblem),
  };
}

function tell(list: ListBindings, { name, state, pin, shown, named }: Binding): HubError | null {
  const place = { connection: list.connection, stream: list.list.stream, path: list.key };
  const where = whereText(list);
  const accept = `hub config bindings --accept ${shellWord(name)}`;
  switch (state) {
    case "renamed":
      return new HubError("HUB-2014", `"${name}" ${where} is called "${shown?.name ?? ""}" now.`, {
        disposition: "operator",
        place,
        remedy: `It is mapped as "${name}" as before. Accept it with: ${accept}`,
      });
    case "moved":
      return new HubError("HUB-2014", `"${name}" ${where} has the id ${named?.id ?? ""} now, not ${pin?.id ?? ""}.`, {
        disposition: "operator",
        place,
        remedy: `It is mapped by its name. Accept it with: ${accept}`,
      });
    case "reused":
      return new HubError("HUB-2015", `The id of "${name}" ${where} stands for something else now: ${changes()}.`, {
        disposition: "operator",
        place,
        remedy: `Records that hold it stay as they were mapped. Undo it there, or correct the mapping and then: ${accept}`,
      });
    case "gone":
      return new HubError("HUB-2016", `"${name}" ${where} is gone, with its id ${pin?.id ?? ""}.`, {
        disposition: "operator",
        place,
        remedy: `Take it out of the mapping when it stays away, or let go of the id with: ${accept}`,
      });
    case "unchanged":
    case "fresh":
      return null;
    default:
      return state satisfies never;
  }

  function changes(): string {
    const parts: string[] = [];
    if (shown !== null) {
      const meaning =
        pin?.means === shown.means || pin?.means === undefined ? "" : `, ${shown.means} and not ${pin.means}`;
      parts.push(`${pin?.id ?? ""} is "${shown.name}"${meaning}`);
    }
    if (named !== null && named.id !== shown?.id) parts.push(`"${named.name}" is ${named.id}`);
    return parts.join("; ");
  }
}

function outOfSight(connection: string, stream: string, key: string): HubError {
  return new HubError("HUB-2016", `The pinned list ${stream}.${key} is gone or used by no mapping any more.`, {
    disposition: "operator",
    place: { connection, stream, path: key },
    remedy: "Its pins are kept until then. Let go of them with: hub config bindings --accept",
  });
}

function whereText({ field, list }: ListBindings): string {
  const of = field === null ? `among the fields of ${list.stream}` : `in ${list.stream}.${field}`;
  return list.scope === null ? of : `${of} of ${list.scope.title}`;
}

function shellWord(name: string): string {
  return /^[\w.-]+$/u.test(name) ? name : `"${name.replaceAll(/(["$`\\])/gu, "\\$1")}"`;
}
