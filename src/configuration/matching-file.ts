import { z } from "zod";
import { COMPANIES, foldCompany, foldDomain, THRESHOLDS, withChances } from "../matching/index.ts";
import type { MatchingRules } from "../matching/index.ts";
import type { KindProblem } from "./file-kind.ts";
import { suggestion } from "./shape.ts";
import type { ModelVocabulary } from "./vocabulary.ts";

const share = z.number().min(0).max(1);
const chance = z.number().gt(0).lt(1);
const attribute = z.string().regex(/^[^.\s]+\.[^.\s]+$/u, "is an attribute written account.name");
const aliases = z.record(z.string().trim().min(1), z.string().trim().min(1)).default({});

/** `matching:` of hub.yaml. */
export const matchingSchema = z
  .strictObject({
    accept: share
      .default(THRESHOLDS.accept)
      .describe("Likelihood from which on a company's name in another spelling leads to the company."),
    margin: share.default(THRESHOLDS.margin).describe("What it has to be ahead of every other company."),
    queue: share.default(THRESHOLDS.queue).describe("Likelihood from which on a pair is shown to a person."),
    companies: z
      .array(attribute)
      .default([])
      .describe("Attributes that hold a company's name: references by them are also found in other spellings."),
    domains: z
      .array(attribute)
      .default([])
      .describe("Attributes that hold a company's domain: references by them ignore free mail and subdomains."),
    aliases: z
      .strictObject({
        companies: aliases.describe("Another name of a company: the name in use."),
        domains: aliases.describe("A domain that was given up: the domain in use."),
      })
      .default({ companies: {}, domains: {} }),
    chances: z
      .record(z.string(), z.record(z.string(), z.strictObject({ m: chance, u: chance })))
      .default({})
      .describe(
        "How often two records of one company (m), and of two companies (u), reach a level of a field; docs/matching.md.",
      ),
  })
  .refine(({ accept, queue }) => queue <= accept, { error: "has its queue not above its accept" });

type MatchingFile = z.output<typeof matchingSchema>;

export function toMatchingRules(file: MatchingFile): MatchingRules {
  const { accept, margin, queue, companies, domains, aliases, chances } = file;
  return {
    thresholds: { accept, margin, queue },
    companies: new Set(companies),
    domains: new Set(domains),
    aliases: {
      companies: new Map(Object.entries(aliases.companies).map(([name, inUse]) => [foldCompany(name), inUse])),
      domains: new Map(
        Object.entries(aliases.domains).map(([former, inUse]) => [
          foldDomain(former) ?? former,
          foldDomain(inUse) ?? inUse,
        ]),
      ),
    },
    chances: withChances(COMPANIES.chances, chances),
  };
}

/** Attributes, fields and levels that nobody knows. */
export function checkMatching(file: MatchingFile, vocabulary: ModelVocabulary): readonly KindProblem[] {
  const problems: KindProblem[] = [];
  for (const list of ["companies", "domains"] as const) {
    for (const [at, name] of file[list].entries()) {
      const [type = "", attribute = ""] = name.split(".");
      const words = vocabulary.get(type);
      if (words?.attributes.has(attribute) === true) continue;
      const known = words === undefined ? [...vocabulary.keys()] : [...words.attributes.keys()];
      problems.push({
        code: words === undefined ? "HUB-2023" : "HUB-2024",
        message:
          words === undefined
            ? `No mapping makes objects of the type "${type}".`
            : `Objects of the type ${type} have no attribute "${attribute}".`,
        path: ["matching", list, at],
        remedy: suggestion(words === undefined ? type : attribute, known),
      });
    }
  }
  for (const [field, levels] of Object.entries(file.chances)) {
    const known = COMPANIES.chances[field];
    for (const level of known === undefined ? [null] : Object.keys(levels)) {
      if (level !== null && level in (known ?? {})) continue;
      problems.push({
        code: "HUB-2045",
        message:
          level === null
            ? `Companies are not compared by "${field}".`
            : `Comparing companies by their ${field} knows no level "${level}".`,
        path: ["matching", "chances", field, ...(level === null ? [] : [level])],
        remedy:
          level === null
            ? suggestion(field, Object.keys(COMPANIES.chances))
            : suggestion(level, Object.keys(known ?? {})),
      });
    }
  }
  return problems;
}
