import type { MondayItemSeed } from "../seeds.ts";

export type ItemState = MondayItemSeed["state"];

/** One item; replaced, never changed in place, so that a page or a lagging read can keep the version it saw. */
export interface Item extends MondayItemSeed {
  readonly boardId: string;
}

export interface Group {
  readonly id: string;
  title: string;
  color: string;
  archived?: boolean;
  deleted?: boolean;
}

export interface Column {
  readonly id: string;
  title: string;
  readonly type: string;
  description: string | null;
  /** Label text by status index or dropdown id; empty for other types. */
  labels: Map<string, string>;
  doneIndexes: readonly number[];
  /** Settings of the types without labels (`boardIds`, `unit` …). */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Its settings as they were given, while it is of its first revision. */
  readonly settingsText?: string;
  revision: number;
}

/** What a user may do: view-only users may not call the API at all, guests see only boards they are subscribed to. */
export type UserKind = "admin" | "member" | "guest" | "view_only";

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly kind: UserKind;
  readonly emailConfirmed: boolean;
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly userIds: Set<string>;
  readonly guest: boolean;
}

export interface Workspace {
  readonly id: string;
  name: string;
  readonly createdAt: string | null;
  description: string | null;
  kind: string;
  state: ItemState;
  readonly userIds: Set<string>;
}

export interface Folder {
  readonly id: string;
  name: string;
  color: string | null;
  readonly createdAt: string;
  readonly workspaceId: string | null;
  readonly ownerId: string;
}

export interface Tag {
  readonly id: string;
  readonly name: string;
  readonly color: string;
}

export interface Asset {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly createdAt: string;
  readonly uploadedBy: string;
  readonly content: Uint8Array;
}

/** An update (comment) or, with `parentId`, a reply to one. */
export interface Update {
  readonly id: string;
  readonly itemId: string;
  readonly parentId: string | null;
  readonly creatorId: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly editedAt: string;
  readonly originalCreationDate: string | null;
  readonly likes: readonly { readonly id: string; readonly userId: string; readonly kind: string }[];
  readonly pinned: boolean;
  readonly assetIds: readonly string[];
}

/** A document of the account; `objectId` is what it is known by among boards. */
export interface Doc {
  readonly id: string;
  readonly objectId: string;
  name: string;
  readonly kind: "public" | "private" | "share";
  readonly workspaceId: string | null;
  readonly folderId: string | null;
  readonly createdAt: string;
  updatedAt: string;
  readonly creatorId: string;
  readonly ownerIds: readonly string[];
  /** In the order of the document. */
  blocks: readonly DocBlock[];
}

export interface DocBlock {
  readonly id: string;
  readonly docId: string;
  readonly parentId: string | null;
  readonly type: string;
  readonly content: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly creatorId: string;
}

/** A way to look at a board. */
export interface View {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly settings: unknown;
  readonly filter: unknown;
  readonly sort: unknown;
  readonly tags: readonly string[];
  readonly filterUserId: string | null;
  readonly filterTeamId: string | null;
}
