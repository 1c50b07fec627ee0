import { foldRecordId } from "../matching/index.ts";
import { formatRecordKey, HubError, parseRecordKey } from "../model/index.ts";
import type { Handoff, MatchDecision, MatchEvidence, ModelObject, StorePort } from "../model/index.ts";

/** One side of a pair, as a person knows it. */
export interface Side {
  readonly key: string;
  readonly type: string;
  readonly name: string;
  readonly url: string | null;
}

/** A candidate that waits for a person's word. */
export interface QueuedPair {
  readonly handoff: Handoff;
  readonly source: Side;
  readonly target: Side;
  readonly evidence: MatchEvidence;
}

/** What a person says, with the texts by which they name both sides. */
export interface SaidOfPair extends Pick<MatchDecision, "kind" | "by" | "reason" | "at"> {
  readonly a: string;
  readonly b: string;
}

/** The types on both sides of a contract. */
export interface Boundary {
  readonly name: string;
  readonly sourceType: string;
  readonly targetType: string;
}

/** So much of a handoff's id is enough to name it. */
const SHORTEST_PREFIX = 8;

/** Every candidate of every handoff that is ambiguous and not left alone; those of the dearest handoffs first. */
export async function matchQueue(store: StorePort): Promise<readonly QueuedPair[]> {
  const worth = ({ money }: Handoff): number => money?.corporate ?? 0;
  const unsure = (await store.handoffs.handoffs())
    .filter(({ link, waiver, historical }) => link === "ambiguous" && waiver === null && !historical)
    .sort((a, b) => worth(b) - worth(a) || (a.id < b.id ? -1 : 1));
  // One target is often the candidate of many sources.
  const known = new Map<string, Side>();
  const side = async (key: string): Promise<Side> => {
    const found = known.get(key) ?? (await sideOf(store, key));
    known.set(key, found);
    return found;
  };
  const pairs: QueuedPair[] = [];
  for (const handoff of unsure) {
    const source = await side(handoff.sourceKey ?? "");
    for (const evidence of handoff.evidence) {
      pairs.push({ handoff, source, evidence, target: await side(evidence.targetKey) });
    }
  }
  return pairs;
}

/**
 * Reads a person's word on a pair. Either side is named by its native id, its key, a link to it or a handoff (its source), in
 * either order.
 * @throws HubError HUB-4020 when a name fits nothing, or several things; HUB-4021 when no contract is between the two.
 */
export async function readMatchDecision(
  store: StorePort,
  contracts: readonly Boundary[],
  said: SaidOfPair,
): Promise<{ readonly decision: MatchDecision; readonly source: Side; readonly target: Side }> {
  const handoffs = await store.handoffs.handoffs();
  const [ours, theirs] = [await sidesNamed(store, handoffs, said.a), await sidesNamed(store, handoffs, said.b)];
  const fits = ours.flatMap((left) =>
    theirs.flatMap((right) =>
      contracts.flatMap((contract) => {
        const pairs = left.key === right.key ? [] : [orient(contract, left, right)];
        return pairs.flatMap((pair) => (pair === null ? [] : [{ ...pair, contract: contract.name }]));
      }),
    ),
  );
  const [first] = fits;
  if (first === undefined) {
    throw new HubError("HUB-4021", `No contract passes anything between ${typesOf(ours)} and ${typesOf(theirs)}.`, {
      disposition: "operator",
      remedy: "Name the two sides of one handoff, as `hub match list` does.",
    });
  }
  const { source, target } = first;
  if (fits.some((fit) => fit.source.key !== source.key || fit.target.key !== target.key)) {
    throw unclear(
      `${said.a}" and "${said.b}`,
      fits.flatMap((fit) => [fit.source, fit.target]),
    );
  }
  const { kind, by, reason, at } = said;
  const contract = fits.length === 1 ? first.contract : null;
  return { source, target, decision: { contract, a: source.key, b: target.key, kind, by, at, reason } };
}

function orient(contract: Boundary, a: Side, b: Side): { readonly source: Side; readonly target: Side } | null {
  if (a.type === contract.sourceType && b.type === contract.targetType) return { source: a, target: b };
  return b.type === contract.sourceType && a.type === contract.targetType ? { source: b, target: a } : null;
}

async function sidesNamed(store: StorePort, handoffs: readonly Handoff[], text: string): Promise<readonly Side[]> {
  const byHandoff = handoffs.filter(
    ({ id }) => id === text || (text.length >= SHORTEST_PREFIX && /^[0-9a-f]+$/u.test(text) && id.startsWith(text)),
  );
  const objects = new Map<string, ModelObject>();
  const keep = async (keys: readonly string[]): Promise<void> => {
    for (const key of keys) for (const object of await objectsOf(store, key)) objects.set(object.key, object);
  };
  await keep(byHandoff.flatMap(({ sourceKey, targetKey }) => sourceKey ?? targetKey ?? []));
  if (objects.size === 0) await keep([text]);
  if (objects.size === 0) {
    const id = foldRecordId(text);
    const exact = await store.records.find(text.trim());
    // A Salesforce id of fifteen characters is stored with three more.
    const found = exact.length > 0 || id.length < 15 ? exact : await store.records.find(id, "beginning");
    await keep(found.map(formatRecordKey));
  }
  if (objects.size === 0) throw unclear(text, []);
  return [...objects.values()].map(toSide);
}

/** The objects of a key: the one of that key, or all that its record maps to. */
async function objectsOf(store: StorePort, key: string): Promise<readonly ModelObject[]> {
  const entity = parseRecordKey(key.replace(/#[^#]*$/u, ""));
  if (entity === undefined) return [];
  const { objects } = await store.model.ofEntity(entity);
  const own = objects.filter((object) => object.key === key);
  return own.length > 0 ? own : objects;
}

async function sideOf(store: StorePort, key: string): Promise<Side> {
  const [object] = await objectsOf(store, key);
  return object === undefined ? { key, type: "", name: key, url: null } : toSide(object);
}

function toSide({ key, type, attributes, url }: ModelObject): Side {
  const { name } = attributes;
  return { key, type, name: typeof name === "string" && name !== "" ? name : key, url };
}

function typesOf(sides: readonly Side[]): string {
  return [...new Set(sides.map(({ type, name }) => `the ${type} "${name}"`))].join(" or ");
}

function unclear(text: string, sides: readonly Side[]): HubError {
  const found = sides.length === 0 ? "Nothing that is stored fits" : "More than one thing fits";
  return new HubError("HUB-4020", `${found} "${text}".`, {
    disposition: "operator",
    remedy:
      sides.length === 0
        ? "Give a native id, a key system/tenant/stream/id, or a handoff's id."
        : `Give the key: ${[...new Set(sides.map(({ key }) => key))].join(", ")}.`,
  });
}
