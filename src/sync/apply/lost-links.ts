import type { Contract } from "../../handoffs/index.ts";
import type { ConfirmedLink, Handoff, Instant, LinkedObject } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import type { LinkedModel } from "../linked-model.ts";
import { handoffOf } from "./marked.ts";

/** A record that carries the marker of a handoff. */
interface Marked {
  readonly targetKey: string;
  readonly createdAt: Instant;
}

/** What went by while a contract was decided: records with a marker, and handoffs without a target. */
export interface Unlinked {
  /** The same model; what it gives is looked at. */
  readonly model: LinkedModel;
  /** Passes handoffs on as they are. */
  through(handoffs: Iterable<Handoff>): Iterable<Handoff>;
  /** Source and target of each handoff that has none but was made one by the hub. */
  pairs(): readonly Pick<ConfirmedLink, "handoffId" | "sourceKey" | "targetKey">[];
}

/**
 * Watches a contract being decided for links that the store does not know (any more) although the hub once made the target:
 * the marker in it names the handoff. Of several records with one marker the oldest is the hub's; others are copies.
 */
export function watchUnlinked({ createFrom, targetType }: Contract, model: LinkedModel): Unlinked {
  const marked = new Map<string, Marked>();
  const pairs: Pick<ConfirmedLink, "handoffId" | "sourceKey" | "targetKey">[] = [];
  return {
    model: createFrom === null ? model : { ...model, objects: watched },
    *through(handoffs) {
      for (const handoff of handoffs) {
        const { id, link, sourceKey, historical } = handoff;
        const target = marked.get(id);
        if (target !== undefined && sourceKey !== null && !historical && OPEN.has(link)) {
          pairs.push({ handoffId: id, sourceKey, targetKey: target.targetKey });
        }
        yield handoff;
      }
    },
    pairs: () => pairs,
  };

  async function* watched(...asked: Parameters<LinkedModel["objects"]>): AsyncIterable<LinkedObject> {
    const [type] = asked;
    for await (const linked of model.objects(...asked)) {
      if (type === targetType) note(linked);
      yield linked;
    }
  }

  function note({ id, object }: LinkedObject): void {
    const handoff = handoffOf(object);
    if (handoff === null || object.removed !== null) return;
    const createdAt = object.createdAt ?? Number.POSITIVE_INFINITY;
    const other = marked.get(handoff);
    if (other === undefined || createdAt < other.createdAt) marked.set(handoff, { targetKey: id, createdAt });
  }
}

const OPEN: ReadonlySet<Handoff["link"]> = new Set(["expected", "missing", "ambiguous"]);

/**
 * Takes up the links that were found, as if the hub had just confirmed them.
 * @param known target to source, as confirmed already: what stays unlinked with that is so for another reason
 * @returns whether there were any: then the contract is to be decided anew
 */
export async function takeUpLostLinks(
  { store, fence, dependencies }: Pick<RunContext, "store" | "fence" | "dependencies">,
  { name }: Contract,
  unlinked: Unlinked,
  known: ReadonlyMap<string, string>,
): Promise<boolean> {
  const at = dependencies.clock.now();
  const links = unlinked
    .pairs()
    .filter(({ targetKey }) => !known.has(targetKey))
    .map((pair): ConfirmedLink => ({ ...pair, contract: name, operationId: `marker of ${pair.handoffId}`, at }));
  if (links.length > 0) await store.handoffs.saveConfirmedLinks(fence, links);
  return links.length > 0;
}
