/** Copies what the compiler does not know beside its output: the schema file that the monday.com stand-in reads. */
import { cpSync } from "node:fs";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

cpSync(resolve(ROOT, "src"), resolve(ROOT, "dist"), {
  recursive: true,
  filter: (path) => !path.endsWith(".ts"),
});
