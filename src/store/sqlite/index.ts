import { HubError } from "../../model/index.ts";
import type { Clock, StorePort } from "../../model/index.ts";
import { Database } from "./database.ts";
import { createDecisions } from "./decisions.ts";
import { fingerprint } from "./fingerprint.ts";
import { createHandoffPort } from "./handoffs.ts";
import { createHoldPort } from "./holds.ts";
import { SqliteLedger } from "./ledger.ts";
import { createMappingPort } from "./mapping.ts";
import { createMeasurePort } from "./measures.ts";
import { migrate } from "./migrations.ts";
import { createModelPort } from "./model.ts";
import { createOutboxPort } from "./outbox.ts";
import { createRecordsPort } from "./records.ts";
import { createShapePort } from "./shapes.ts";
import { createRunPort } from "./runs.ts";
import { StreamTable } from "./streams.ts";

const DERIVED = ["object", "unmapped", "object_link", "key_link", "actor", "handoff"] as const;

/** Opens (and creates or migrates) a store in one SQLite file, or in memory for `:memory:`. */
export function openSqliteStore(path: string, clock: Clock): StorePort {
  const database = new Database(path);
  migrate(database);
  const streams = new StreamTable(database);
  const ledger = new SqliteLedger(database, clock);
  const mapping = createMappingPort(database, streams);
  return {
    runs: createRunPort(database),
    holds: createHoldPort(database),
    records: createRecordsPort(database, streams),
    shapes: createShapePort(database, streams),
    mapping,
    model: createModelPort(database, streams),
    handoffs: { ...createHandoffPort(database), ...createDecisions(database) },
    outbox: createOutboxPort(database),
    measures: createMeasurePort(database),
    ledger,
    async dropDerived(fence) {
      database.fenced(fence, () => {
        for (const table of DERIVED) database.run(`delete from ${table}`);
      });
      await mapping.requeue(fence);
    },
    async copyTo(path) {
      ledger.flush();
      try {
        database.run("vacuum into ?", path);
      } catch (cause) {
        throw new HubError("HUB-3001", `The store cannot be copied to ${path}.`, {
          cause,
          place: { file: path },
          remedy: "Check that nothing is there yet, that the folder is writable and that the disk has room.",
        });
      }
      const copy = new Database(path);
      copy.run("delete from lease");
      copy.close();
    },
    fingerprint: () => fingerprint(database),
    async close() {
      ledger.flush();
      database.close();
    },
  };
}
