import { createHmac } from "node:crypto";
import type { Actor } from "../../model/index.ts";

/** What the facts written so far refer to, so that the dimensions hold exactly that. */
export interface DimensionKeys {
  readonly teams: Set<string>;
  readonly segments: Set<string>;
  readonly systems: Set<string>;
  /** By pseudonym. */
  readonly actors: Map<string, { readonly kind: string; readonly team: string | null }>;
  /** Notes a value and gives it back as the key. */
  team(name: string | null): string | null;
  segment(name: string | null): string | null;
  system(name: string): string;
  /** The pseudonym of a person; null for nobody. */
  actor(actor: Actor | null): string | null;
}

/** @param pseudonymKey keeps pseudonyms from being guessed from names; the same key gives the same pseudonyms */
export function createDimensionKeys(pseudonymKey: string): DimensionKeys {
  const teams = new Set<string>();
  const segments = new Set<string>();
  const systems = new Set<string>();
  const actors = new Map<string, { readonly kind: string; readonly team: string | null }>();
  const pseudonyms = new Map<string, string>();
  const note = (set: Set<string>, name: string | null): string | null => {
    if (name !== null) set.add(name);
    return name;
  };
  return {
    teams,
    segments,
    systems,
    actors,
    team: (name) => note(teams, name),
    segment: (name) => note(segments, name),
    system(name) {
      systems.add(name);
      return name;
    },
    actor(actor) {
      if (actor === null) return null;
      let pseudonym = pseudonyms.get(actor.id);
      if (pseudonym === undefined) {
        pseudonym = `actor-${createHmac("sha256", pseudonymKey).update(actor.id).digest("hex").slice(0, 10)}`;
        pseudonyms.set(actor.id, pseudonym);
        actors.set(pseudonym, { kind: actor.kind, team: actor.team });
        note(teams, actor.team);
      }
      return pseudonym;
    },
  };
}
