/**
 * Keeps the arrows of the house (docs/architecture.md): which room of src/ may import which, and that nobody imports
 * past a room's index.ts. Part of `npm run lint`.
 */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const SRC = resolve(import.meta.dirname, "..", "src");
const DECIDING = ["model", "connectors", "mappings", "matching", "handoffs", "kpis"] as const;
const RUNNING = [...DECIDING, "store", "extracts", "configuration"] as const;

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  connectors: ["model"],
  mappings: ["model"],
  matching: ["model"],
  store: ["model"],
  handoffs: ["model", "matching"],
  kpis: ["model"],
  extracts: ["model", "kpis"],
  configuration: DECIDING,
  sync: RUNNING,
  explain: ["model"],
  server: [...RUNNING, "sync", "explain"],
  cli: [...RUNNING, "sync", "explain", "server", "sandbox"],
  sandbox: [],
};

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/gu;

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

function parts(path: string): string[] {
  return relative(SRC, path).split(sep);
}

function wrongArrow(from: string, to: string): string | undefined {
  const [room = "", folder] = parts(from);
  const [target = "", targetFolder] = parts(to);
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined) return `the room ${room} is not in the plan`;
  if (room === target) {
    const betweenSystems = room === "connectors" && folder !== targetFolder && parts(from).length > 2;
    return betweenSystems && targetFolder !== "kit"
      ? `connectors/${folder} may not know connectors/${targetFolder}`
      : undefined;
  }
  if (!allowed.includes(target)) return `${room} may not know ${target}`;
  return parts(to).at(-1) === "index.ts" ? undefined : `imports past the public face of ${target}`;
}

const wrong: string[] = [];
for (const file of sourceFiles(SRC)) {
  for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
    const why = wrongArrow(file, resolve(dirname(file), specifier));
    if (why !== undefined) wrong.push(`src/${parts(file).join("/")} → ${specifier}: ${why}`);
  }
}
if (wrong.length > 0) {
  process.stderr.write(`${wrong.join("\n")}\n${wrong.length} wrong arrows\n`);
  process.exitCode = 1;
}
