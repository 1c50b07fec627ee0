import type { Actor, ObjectLink, ReferenceLink, StorePort } from "../model/index.ts";

/** A person of the company behind a system's user id, and how that was found. */
export interface PersonFound {
  readonly account: string;
  readonly actor: Actor | null;
  readonly method: string | null;
  readonly why: string | null;
}

/** What link found, arranged for questions about single objects. */
export interface LinkWords {
  /** The object that another one is the same as. */
  identityOf(objectKey: string): ObjectLink | null;
  mergedInto(objectId: string): readonly ObjectLink[];
  referencesOf(objectKey: string): readonly ReferenceLink[];
  referencedBy(objectId: string): readonly ReferenceLink[];
  person(system: string, tenant: string, user: string): PersonFound;
}

export async function loadLinkWords(store: StorePort): Promise<LinkWords> {
  const objectLinks = await store.model.objectLinks();
  const referenceLinks = await store.model.referenceLinks();
  const accounts = new Map<string, PersonFound>();
  for (const actor of await store.model.actors()) {
    for (const { key, method, why } of actor.accounts) accounts.set(key, { account: key, actor, method, why });
  }
  return {
    identityOf: (objectKey) => objectLinks.find((link) => link.objectKey === objectKey) ?? null,
    mergedInto: (objectId) => objectLinks.filter((link) => link.objectId === objectId),
    referencesOf: (objectKey) => referenceLinks.filter((link) => link.objectKey === objectKey),
    referencedBy: (objectId) => referenceLinks.filter((link) => link.objectId === objectId),
    person(system, tenant, user) {
      const account = `${system}/${tenant}/${user}`;
      return accounts.get(account) ?? { account, actor: null, method: null, why: null };
    },
  };
}
