import { Kind } from "graphql";
import type { FieldNode } from "graphql";
import { filesOf, cellsOf } from "./cells.ts";
import { linkedItemIds, seconds } from "./cell-parts.ts";
import { failedWhole } from "./errors.ts";
import { subitemsOf } from "./linked-cells.ts";
import type { Asset, Item, Update } from "./parts.ts";
import { groupSource, updatesPage, usersOf } from "./resolve-boards.ts";
import { updatesOf } from "./resolve-queries.ts";
import { on } from "./resolver.ts";
import type { Paged } from "./resolver.ts";
import type { Resolver, Resolvers } from "./schema.ts";

const plainText = (html: string): string => html.replaceAll(/<[^>]*>/gu, "");

const COMMENT: Readonly<Record<string, Resolver>> = {
  text_body: on((update: Update) => plainText(update.body)),
  creator_id: on((update: Update) => update.creatorId),
  creator: on((update: Update, _args, { state }) => state.users.get(update.creatorId) ?? null),
  created_at: on((update: Update) => update.createdAt),
  updated_at: on((update: Update) => update.updatedAt),
  edited_at: on((update: Update) => update.editedAt),
  likes: on((update: Update) => update.likes),
  pinned_to_top: on((update: Update) => (update.pinned ? [{ item_id: update.itemId }] : [])),
  viewers: on(() => []),
  assets: on((update: Update, _args, { state }) => update.assetIds.flatMap((id) => state.assets.get(id) ?? [])),
};

/** Whether a field is selected directly below nodes. */
const asks = (nodes: readonly FieldNode[], name: string): boolean =>
  nodes.some((node) =>
    (node.selectionSet?.selections ?? []).some((inner) => inner.kind === Kind.FIELD && inner.name.value === name),
  );

/** Resolvers of items, their updates (comments) and files. */
export const ITEMS: Resolvers = {
  Item: {
    created_at: on((item: Item) => seconds(item.createdAt)),
    updated_at: on((item: Item) => seconds(item.updatedAt)),
    creator_id: on((item: Item) => item.creatorId),
    creator: on((item: Item, _args, { state }) => state.users.get(item.creatorId) ?? null),
    board: on((item: Item, _args, { state }) => state.board(item.boardId) ?? null),
    group: on((item: Item, _args, { state }) => {
      const board = state.board(item.boardId);
      const group = board?.groups.find((entry) => entry.id === item.groupId);
      return board === undefined || group === undefined ? null : groupSource(board, group);
    }),
    column_values: on((item: Item, args: { ids?: string[] | null; types?: string[] | null }, { state }) => {
      const board = state.board(item.boardId);
      return board === undefined ? [] : cellsOf(board, item, args.ids, args.types);
    }),
    updates: on((item: Item, args: Paged, { state }) =>
      updatesOf(
        state.updates.filter((update) => update.itemId === item.id),
        args,
      ),
    ),
    updates_page: on((item: Item, args: { limit: number; cursor?: string | null }, { state }) =>
      updatesPage(
        state.updates.filter((update) => update.parentId === null && update.itemId === item.id).toReversed(),
        args.limit,
        args.cursor ?? null,
      ),
    ),
    parent_item: on((item: Item, _args, { state }) =>
      item.parentId === undefined ? null : (state.visibleItem(item.parentId) ?? null),
    ),
    subitems: (source, _args, { state }, info) => {
      if (state.nestedStateFails && asks(info.fieldNodes, "state")) throw failedWhole();
      return subitemsOf(state, source as Item);
    },
    linked_items: on((item: Item, args: { link_to_item_column_id: string; linked_board_id: string }, { state }) =>
      linkedItemIds(item.values[args.link_to_item_column_id])
        .flatMap((id) => state.visibleItem(id) ?? [])
        .filter((linked) => linked.boardId === args.linked_board_id),
    ),
    assets: on((item: Item, args: { column_ids?: string[] | null }, { state }) =>
      Object.entries(item.values)
        .filter(([id]) => args.column_ids == null || args.column_ids.includes(id))
        .flatMap(([, raw]) => filesOf(raw).flatMap((file) => state.assets.get(file.assetId ?? "") ?? [])),
    ),
    subscribers: on((item: Item, _args, context) => usersOf(context, [item.creatorId])),
    url: on(
      (item: Item, _args, { state }) =>
        `https://${state.account.slug}.monday.com/boards/${item.boardId}/pulses/${item.id}`,
    ),
    relative_link: on((item: Item) => `/boards/${item.boardId}/pulses/${item.id}`),
    email: on((item: Item) => `pulse-${item.id}@use1.monday.com`),
  },
  Update: {
    ...COMMENT,
    item_id: on((update: Update) => update.itemId),
    item: on((update: Update, _args, { state }) => state.visibleItem(update.itemId) ?? null),
    original_creation_date: on((update: Update) => update.originalCreationDate),
    replies: on((update: Update, _args, { state }) => state.updates.filter((reply) => reply.parentId === update.id)),
  },
  Reply: { ...COMMENT, kind: on(() => "reply") },
  Like: {
    creator_id: on((like: { userId: string }) => like.userId),
    creator: on((like: { userId: string }, _args, { state }) => state.users.get(like.userId) ?? null),
    reaction_type: on((like: { kind: string }) => like.kind),
  },
  Asset: {
    created_at: on((asset: Asset) => asset.createdAt),
    file_extension: on((asset: Asset) => /\.[^.]+$/u.exec(asset.name)?.[0] ?? ""),
    file_size: on((asset: Asset) => asset.size),
    public_url: on(
      (asset: Asset, _args, { state }) => `https://files.${state.account.slug}.monday.com/${asset.id}/${asset.name}`,
    ),
    url: on(
      (asset: Asset, _args, { state }) => `https://${state.account.slug}.monday.com/protected_static/${asset.id}`,
    ),
    uploaded_by: on(
      (asset: Asset, _args, { state }) => state.users.get(asset.uploadedBy) ?? [...state.users.values()][0],
    ),
  },
};
