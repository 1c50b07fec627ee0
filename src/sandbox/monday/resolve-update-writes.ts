import type { RequestContext } from "./context.ts";
import { invalidArgument, notFound } from "./errors.ts";
import type { Asset, Update } from "./parts.ts";
import { on } from "./resolver.ts";
import type { Resolvers } from "./schema.ts";
import { changedUpdate, publishUpdate } from "./update-events.ts";
import { filesOf } from "./cells.ts";
import { columnOf, setCell, touch, writableItem } from "./writes.ts";

interface CreateUpdate {
  readonly body: string;
  readonly item_id?: string | null;
  readonly parent_id?: string | null;
  readonly original_creation_date?: string | null;
}

function createUpdate(args: CreateUpdate, { state, userId }: RequestContext): Update {
  const parent = args.parent_id == null ? undefined : state.updates.find((update) => update.id === args.parent_id);
  if (args.parent_id != null && parent === undefined) throw notFound("Update", args.parent_id);
  if (args.body === "") throw invalidArgument("body is required");
  const { board, item } = writableItem(state, { userId }, args.item_id ?? parent?.itemId);
  const now = state.now();
  const update: Update = {
    id: state.newId(),
    itemId: item.id,
    parentId: parent === undefined ? null : (parent.parentId ?? parent.id),
    creatorId: userId,
    body: args.body,
    createdAt: args.original_creation_date ?? now,
    updatedAt: now,
    editedAt: now,
    originalCreationDate: args.original_creation_date ?? null,
    likes: [],
    pinned: false,
    assetIds: [],
  };
  state.updates.push(update);
  touch(state, board, item);
  publishUpdate(state, update, "create_update", userId);
  return update;
}

function removeUpdate(id: string, { state, userId }: RequestContext): Update {
  const at = state.updates.findIndex((update) => update.id === id);
  const update = state.updates[at];
  if (update === undefined) throw notFound("Update", id);
  state.updates.splice(at, 1);
  for (let n = state.updates.length - 1; n >= 0; n -= 1)
    if (state.updates[n]?.parentId === id) state.updates.splice(n, 1);
  publishUpdate(state, update, "delete_update", userId);
  return update;
}

/** A file as the multipart form carries it (reference monday.md §1). */
export interface UploadedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

function storeAsset(file: unknown, { state, userId }: RequestContext): Asset {
  if (typeof file !== "object" || file === null || !("content" in file) || !("name" in file)) {
    throw invalidArgument("file is not part of the form");
  }
  const { name, content } = file as UploadedFile;
  const asset = { id: state.newId(), name, size: content.length, createdAt: state.now(), uploadedBy: userId, content };
  state.assets.set(asset.id, asset);
  return asset;
}

/** Resolvers of the mutations on updates (comments), replies, files, notifications and tags. */
export const UPDATE_WRITES: Resolvers = {
  Mutation: {
    create_update: on((_source, args: CreateUpdate, context) => createUpdate(args, context)),
    edit_update: on((_source, args: { id: string; body: string }, { state, userId }) => {
      const next = changedUpdate(state, args.id, { body: args.body, editedAt: state.now() });
      publishUpdate(state, next, "edit_update", userId);
      return next;
    }),
    delete_update: on((_source, args: { id: string }, context) => removeUpdate(args.id, context)),
    clear_item_updates: on((_source, args: { item_id: string }, context) => {
      const { item } = writableItem(context.state, { userId: context.userId }, args.item_id);
      for (const update of context.state.updates.filter((one) => one.itemId === item.id && one.parentId === null)) {
        removeUpdate(update.id, context);
      }
      return item;
    }),
    like_update: on((_source, args: { update_id: string; reaction_type?: string | null }, { state, userId }) => {
      const known = state.updates.find((update) => update.id === args.update_id)?.likes ?? [];
      const like = { id: state.newId(), userId, kind: args.reaction_type ?? "Like" };
      return changedUpdate(state, args.update_id, { likes: [...known.filter((one) => one.userId !== userId), like] });
    }),
    unlike_update: on((_source, args: { update_id: string }, { state, userId }) => {
      const known = state.updates.find((update) => update.id === args.update_id)?.likes ?? [];
      return changedUpdate(state, args.update_id, { likes: known.filter((one) => one.userId !== userId) });
    }),
    pin_to_top: on((_source, args: { id: string }, { state }) => changedUpdate(state, args.id, { pinned: true })),
    unpin_from_top: on((_source, args: { id: string }, { state }) => changedUpdate(state, args.id, { pinned: false })),
    create_notification: on((_source, args: { text: string; user_id: string }, { state }) => {
      if (!state.users.has(args.user_id)) throw notFound("User", args.user_id);
      return { id: "-1", text: args.text };
    }),
    create_or_get_tag: on((_source, args: { tag_name?: string | null }, { state }) => {
      const name = args.tag_name ?? "";
      const known = [...state.tags.values()].find((tag) => tag.name === name);
      if (known !== undefined) return known;
      const tag = { id: String(28_000_000 + state.tags.size), name, color: "#00c875" };
      state.tags.set(tag.id, tag);
      return tag;
    }),
    add_file_to_column: on((_source, args: { item_id: string; column_id: string; file: unknown }, context) => {
      const { state, userId } = context;
      const { board, item } = writableItem(state, { userId }, args.item_id);
      const column = columnOf(board, args.column_id);
      if (column.type !== "file") throw invalidArgument(`The column ${column.id} takes no files`);
      const asset = storeAsset(args.file, context);
      const entry = {
        assetId: Number(asset.id),
        name: asset.name,
        fileType: "ASSET",
        url: `https://${state.account.slug}.monday.com/protected_static/${asset.id}/${asset.name}`,
        createdAt: asset.createdAt,
        createdBy: userId,
      };
      const files = [...filesOf(item.values[column.id]).map((file) => ({ ...file, fileType: "ASSET" })), entry];
      setCell(state, { userId }, board, item, column, { files });
      return asset;
    }),
    add_file_to_update: on((_source, args: { update_id: string; file: unknown }, context) => {
      const { state } = context;
      const known = state.updates.find((update) => update.id === args.update_id);
      if (known === undefined) throw notFound("Update", args.update_id);
      const asset = storeAsset(args.file, context);
      changedUpdate(state, known.id, { assetIds: [...known.assetIds, asset.id] });
      return asset;
    }),
  },
};
