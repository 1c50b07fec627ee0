import type { BusinessCalendar, Handoff, Instant } from "../model/index.ts";
import { HubError } from "../model/index.ts";
import { recallCases } from "./cache/recall.ts";
import type { CaseMemory } from "./cache/refresh.ts";
import { caseKey } from "./cases/build-case.ts";
import type { ProcessDefinition } from "./definitions/process.ts";
import type { ContractInfo, MeasureSource } from "./input.ts";
import type { Lookups } from "./lookups.ts";
import type { DimensionKeys } from "./star/dimension-keys.ts";
import { appendHandoff } from "./star/handoff-rows.ts";
import type { Star } from "./star/star.ts";

/** Handoffs whose cases are looked up together. */
const BATCH = 50_000;

interface HandoffOptions {
  readonly asOf: Instant;
  readonly source: MeasureSource;
  readonly processes: readonly ProcessDefinition[];
  readonly contracts: readonly ContractInfo[];
  readonly calendarOf: (team: string | null) => BusinessCalendar;
}

/** Writes fact_handoffs, a batch at a time, with what the cases on both sides know. Cases must be up to date. */
export async function fillHandoffs(
  star: Star,
  keys: DimensionKeys,
  lookups: Lookups,
  options: HandoffOptions,
): Promise<void> {
  const append = appender(star, keys, lookups, options);
  let batch: Handoff[] = [];
  const conclude = async (): Promise<void> => {
    const sides = batch.flatMap(({ sourceKey, targetKey }) => [sourceKey, targetKey]);
    const memories = await recallCases(star, options.processes, new Set(sides.filter((key) => key !== null)));
    for (const handoff of batch) append(handoff, memories);
    star.flush();
    batch = [];
  };
  // One transaction: each flush would wait for the disk on its own.
  await star.run("BEGIN TRANSACTION");
  for await (const handoff of options.source.handoffs()) {
    batch.push(handoff);
    if (batch.length === BATCH) await conclude();
  }
  await conclude();
  await star.run("COMMIT");
}

function appender(
  star: Star,
  keys: DimensionKeys,
  lookups: Lookups,
  options: HandoffOptions,
): (handoff: Handoff, memories: ReadonlyMap<string, CaseMemory>) => void {
  const contracts = new Map(options.contracts.map((contract) => [contract.name, contract]));
  const processOf = new Map(options.processes.map((process) => [process.caseType, process.name]));
  const personal = new Set(options.processes.filter((process) => process.personal).map((process) => process.caseType));
  const caseOf = (type: string, objectId: string | null): string | null => {
    const process = processOf.get(type);
    return process === undefined || objectId === null ? null : caseKey(process, objectId);
  };
  return (handoff, memories) => {
    const contract = contracts.get(handoff.contract);
    if (contract === undefined) {
      throw new HubError(
        "HUB-4504",
        `The handoff ${handoff.id} belongs to the unknown contract "${handoff.contract}".`,
        { remedy: "Reconcile again after changing config/handoffs/." },
      );
    }
    const owned = [handoff.sourceKey, handoff.targetKey].filter((key) => key !== null);
    const accounts = owned.map((key) => memories.get(key)?.accountId ?? lookups.accountOf(key));
    const accountId = accounts.find((account) => account !== null) ?? null;
    const dimension = (name: string): string | null => {
      for (const key of [...(accountId === null ? [] : [accountId]), ...owned]) {
        const text = lookups.isKnown(key) ? lookups.textOf(key, name) : (memories.get(key)?.dimensions[name] ?? null);
        if (text !== null) return text;
      }
      return null;
    };
    appendHandoff(
      star,
      handoff,
      {
        asOf: options.asOf,
        contract,
        calendar: options.calendarOf(contract.toTeam),
        caseOf,
        accountId,
        segment: dimension("segment"),
        region: dimension("region"),
        touches: handoff.sourceKey === null ? [] : (memories.get(handoff.sourceKey)?.touches ?? []),
        personal: personal.has(contract.sourceType) || personal.has(contract.targetType),
      },
      keys,
    );
  };
}
