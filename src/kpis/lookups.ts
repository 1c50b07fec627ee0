import type { Canonical, Handoff, Instant, LinkedObject } from "../model/index.ts";
import { textOf } from "./cases/attributes.ts";
import { sharedKey } from "./cases/context.ts";
import type { CaseHandoff, StartSource } from "./cases/context.ts";
import { fold } from "./definitions/problems.ts";
import type { ProcessDefinition } from "./definitions/process.ts";
import type { ContractInfo, MeasureSource } from "./input.ts";
import type { Star } from "./star/star.ts";

/** Attributes of objects that cases, handoffs and dimensions refer to, and where cases begin elsewhere. */
export interface Lookups {
  attributeOf(objectId: string, attribute: string): Canonical | undefined;
  /** An object is of a type whose attributes are looked up. */
  isKnown(objectId: string): boolean;
  /** An attribute as text; null when it is empty. */
  textOf(objectId: string, attribute: string): string | null;
  /** The account an object belongs to. */
  accountOf(objectId: string): string | null;
  startSource(process: string, idOrNativeId: string): StartSource | undefined;
  handoffsTo(contract: string, targetId: string): readonly CaseHandoff[];
}

/** What segment and region are called on an account; shown in dim_account. */
const ACCOUNT_ATTRIBUTES = ["name", "segment", "region"];

/** Reads what must be known before the first case is built, and writes dim_account on the way. */
export async function gatherLookups(
  source: MeasureSource,
  processes: readonly ProcessDefinition[],
  contracts: readonly ContractInfo[],
  star: Star,
  asOf: Instant,
): Promise<Lookups> {
  const wanted = attributesWanted(processes, contracts);
  const starts = startsWanted(processes);
  const attributes = new Map<string, Record<string, Canonical>>();
  const accounts = new Map<string, string>();
  const sources = new Map<string, StartSource | null>();

  for (const [type, names] of wanted) {
    for await (const subject of source.objects(type, [])) {
      const kept: Record<string, Canonical> = {};
      for (const name of names) {
        const value = subject.object.attributes[name];
        if (value != null) kept[name] = value;
      }
      attributes.set(subject.id, kept);
      const account = subject.references["account"];
      if (account !== undefined) accounts.set(subject.id, account);
      for (const wish of starts.get(type) ?? []) noteStart(subject, wish, asOf, sources);
      if (type === "account") appendAccount(star, subject);
    }
  }

  const claims = await claimsOf(source, processes);

  return {
    attributeOf: (objectId, attribute) => attributes.get(objectId)?.[attribute],
    isKnown: (objectId) => attributes.has(objectId),
    textOf: (objectId, attribute) => textOf(attributes.get(objectId)?.[attribute] ?? null),
    accountOf: (objectId) => accounts.get(objectId) ?? null,
    startSource: (process, id) => sources.get(`${process}\0${id}`) ?? undefined,
    handoffsTo: (contract, targetId) => claims.get(`${contract}\0${targetId}`) ?? [],
  };
}

/** By contract and target, what the handoffs that claim it say; only of contracts that cases begin through. */
async function claimsOf(
  source: MeasureSource,
  processes: readonly ProcessDefinition[],
): Promise<ReadonlyMap<string, readonly CaseHandoff[]>> {
  const through = new Set(processes.flatMap(({ start }) => (start.kind === "handoff" ? [start.contract] : [])));
  const claims = new Map<string, (CaseHandoff & Pick<Handoff, "occurrence">)[]>();
  for await (const handoff of source.handoffs()) {
    const { contract, link, occurrence, sourceKey, targetKey, triggeredAt } = handoff;
    if (link === "orphan" || !through.has(contract)) continue;
    const claimed = link === "duplicate" || link === "ambiguous" ? handoff.claimedKeys : [];
    for (const target of new Set([targetKey, ...claimed])) {
      if (target === null) continue;
      const key = `${contract}\0${target}`;
      const claiming = claims.get(key) ?? [];
      claiming.push({ link, occurrence, sourceKey, triggeredAt });
      claims.set(
        key,
        claiming.sort((a, b) => b.occurrence - a.occurrence),
      );
    }
  }
  return claims;
}

function attributesWanted(
  processes: readonly ProcessDefinition[],
  contracts: readonly ContractInfo[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = new Map<string, Set<string>>([["account", new Set(ACCOUNT_ATTRIBUTES)]]);
  const want = (type: string, attribute?: string): void => {
    const names = wanted.get(type) ?? new Set<string>();
    if (attribute !== undefined) names.add(attribute);
    wanted.set(type, names);
  };
  for (const process of processes) {
    for (const path of [...Object.values(process.dimensions), ...(process.money === null ? [] : [process.money])]) {
      if (path.via !== null) want(path.via, path.attribute);
    }
    if (process.start.kind === "handoff") want(process.start.sourceType, process.sourceMoney ?? undefined);
  }
  const followed = new Set(processes.map((process) => process.caseType));
  for (const contract of contracts) if (!followed.has(contract.sourceType)) want(contract.sourceType);
  return wanted;
}

interface StartWish {
  readonly process: string;
  readonly activity: string;
  readonly sharedAttribute: string | null;
}

function startsWanted(processes: readonly ProcessDefinition[]): ReadonlyMap<string, readonly StartWish[]> {
  const starts = new Map<string, StartWish[]>();
  for (const { name, start } of processes) {
    if (start.kind !== "handoff") continue;
    const list = starts.get(start.sourceType) ?? [];
    list.push({ process: name, activity: start.activity, sharedAttribute: start.sharedAttribute });
    starts.set(start.sourceType, list);
  }
  return starts;
}

/** Entering the stage while in it already is no new start. A shared key that two sources carry names neither. */
function noteStart(
  subject: LinkedObject,
  { process, activity, sharedAttribute }: StartWish,
  asOf: Instant,
  sources: Map<string, StartSource | null>,
): void {
  const times: Instant[] = [];
  let stage: string | null = null;
  for (const event of subject.events) {
    if (event.objectKey !== subject.object.key || event.stage === null || event.occurredAt > asOf) continue;
    if (fold(event.stage) === fold(activity) && stage !== fold(activity)) times.push(event.occurredAt);
    stage = fold(event.stage);
  }
  if (times.length === 0) return;
  const found = { id: subject.id, times };
  sources.set(`${process}\0${subject.id}`, found);
  sources.set(`${process}\0${subject.nativeId}`, found);
  const shared = sharedAttribute === null ? null : textOf(subject.object.attributes[sharedAttribute] ?? null);
  if (shared === null) return;
  const key = `${process}\0${sharedKey(shared)}`;
  sources.set(key, sources.has(key) ? null : found);
}

function appendAccount(star: Star, { id, nativeId, object }: LinkedObject): void {
  star.append("dim_account", {
    account_key: id,
    account: textOf(object.attributes["name"] ?? null) ?? nativeId,
    account_segment: textOf(object.attributes["segment"] ?? null),
    account_region: textOf(object.attributes["region"] ?? null),
    account_url: object.url,
  });
}
