import type { Cell } from "./cell.ts";
import { part, seconds } from "./cell-parts.ts";
import type { RequestContext } from "./context.ts";
import { columnNotFound, invalidArgument, notFound } from "./errors.ts";
import type { Doc, DocBlock } from "./parts.ts";
import { on, pageOf } from "./resolver.ts";
import type { Paged } from "./resolver.ts";
import { scalarText } from "./scalar-text.ts";
import type { Resolvers } from "./schema.ts";
import type { MondayState } from "./state.ts";
import { setCell, writableItem } from "./writes.ts";

interface DocsArguments extends Paged {
  readonly ids?: readonly string[] | null;
  readonly object_ids?: readonly string[] | null;
  readonly workspace_ids?: readonly (string | null)[] | null;
  readonly order_by?: "created_at" | "used_at" | null;
}

interface CreateDoc {
  readonly doc_owner_ids?: readonly string[] | null;
  readonly location: {
    readonly board?: { readonly column_id: string; readonly item_id: string } | null;
    readonly workspace?: {
      readonly folder_id?: string | null;
      readonly kind?: Doc["kind"] | null;
      readonly name: string;
      readonly workspace_id: string;
    } | null;
  };
}

interface CreateBlock {
  readonly doc_id: string;
  readonly after_block_id?: string | null;
  readonly parent_block_id?: string | null;
  readonly type: string;
  readonly content: unknown;
}

/** Whether a user sees a document: private ones are their owners'. */
const shows = (doc: Doc, userId: string): boolean => doc.kind !== "private" || doc.ownerIds.includes(userId);

function docsFor({ state, userId }: RequestContext, args: DocsArguments): Doc[] {
  const found = [...state.docs.values()].filter(
    (doc) =>
      shows(doc, userId)
      && (args.ids == null || args.ids.includes(doc.id))
      && (args.object_ids == null || args.object_ids.includes(doc.objectId))
      && (args.workspace_ids == null || args.workspace_ids.includes(doc.workspaceId)),
  );
  const key = args.order_by === "used_at" ? "updatedAt" : "createdAt";
  return pageOf(args.order_by == null ? found : found.toSorted((a, b) => (a[key] < b[key] ? 1 : -1)), args);
}

function docOf(context: RequestContext, id: string): Doc {
  const doc = context.state.docs.get(id);
  if (doc === undefined || !shows(doc, context.userId)) throw notFound("Document", id);
  return doc;
}

/** A document in a workspace, or as the value of an item's doc column. */
function createDoc(context: RequestContext, { location, doc_owner_ids: owners }: CreateDoc): Doc {
  const { state, userId } = context;
  const { board: cell, workspace } = location;
  if ((cell == null) === (workspace == null)) throw invalidArgument("A doc is created in a workspace or in a column");
  if (workspace != null && !state.workspaces.some(({ id }) => id === workspace.workspace_id))
    throw notFound("Workspace", workspace.workspace_id);
  const home = cell == null ? null : writableItem(state, { userId }, cell.item_id);
  const column = home?.board.columns.find(({ id, type }) => id === cell?.column_id && type === "doc");
  if (home !== null && column === undefined) throw columnNotFound(cell?.column_id ?? "");
  const now = state.now();
  const doc: Doc = {
    id: state.newId(),
    objectId: state.newId(),
    name: workspace?.name ?? home?.item.name ?? "",
    kind: workspace?.kind ?? "public",
    workspaceId: workspace?.workspace_id ?? home?.board.workspaceId ?? null,
    folderId: workspace?.folder_id ?? null,
    createdAt: now,
    updatedAt: now,
    creatorId: userId,
    ownerIds: owners ?? [userId],
    blocks: [],
  };
  state.docs.set(doc.id, doc);
  if (home !== null && column !== undefined) {
    const file = { fileType: "MONDAY_DOC", fileId: state.newUuid(), name: doc.name, docId: doc.id, createdAt: now };
    const raw = { files: [{ ...file, objectId: doc.objectId, createdBy: userId, linkToFile: urlOf(state, doc) }] };
    setCell(state, { userId }, home.board, home.item, column, raw);
  }
  return doc;
}

const pathOf = (doc: Doc): string => `/docs/${doc.objectId}`;
const urlOf = (state: MondayState, doc: Doc): string => `https://${state.account.slug}.monday.com${pathOf(doc)}`;

function createBlock(context: RequestContext, args: CreateBlock): DocBlock {
  const { state, userId } = context;
  const doc = docOf(context, args.doc_id);
  const parent = args.parent_block_id ?? null;
  if (parent !== null && !doc.blocks.some(({ id }) => id === parent)) throw notFound("Block", parent);
  const before = args.after_block_id ?? null;
  const at = before === null ? 0 : doc.blocks.findIndex(({ id }) => id === before) + 1;
  if (before !== null && at === 0) throw notFound("Block", before);
  const now = state.now();
  const block: DocBlock = {
    id: state.newUuid(),
    docId: doc.id,
    parentId: parent,
    type: args.type,
    content: contentOf(args.content),
    createdAt: now,
    updatedAt: now,
    creatorId: userId,
  };
  doc.blocks = doc.blocks.toSpliced(at, 0, block);
  doc.updatedAt = now;
  return block;
}

/** Content may come as JSON or as its text. */
function contentOf(content: unknown): unknown {
  if (typeof content !== "string") return content;
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidArgument("The content of a block is JSON");
    throw error;
  }
}

/** The document a block is in, with the block's place. */
function blockHome(context: RequestContext, id: string): { readonly doc: Doc; readonly at: number } {
  for (const doc of context.state.docs.values()) {
    const at = shows(doc, context.userId) ? doc.blocks.findIndex((block) => block.id === id) : -1;
    if (at >= 0) return { doc, at };
  }
  throw notFound("Block", id);
}

function updateBlock(context: RequestContext, id: string, content: unknown): DocBlock {
  const { doc, at } = blockHome(context, id);
  const now = context.state.now();
  const [former] = doc.blocks.slice(at, at + 1);
  if (former === undefined) throw notFound("Block", id);
  const block = { ...former, content: contentOf(content), updatedAt: now };
  doc.blocks = doc.blocks.with(at, block);
  doc.updatedAt = now;
  return block;
}

function deleteBlock(context: RequestContext, id: string): { readonly id: string } {
  const { doc, at } = blockHome(context, id);
  doc.blocks = doc.blocks.toSpliced(at, 1).filter(({ parentId }) => parentId !== id);
  doc.updatedAt = context.state.now();
  return { id };
}

/** The first file of a doc column's value that leads to a document. */
function fileOf(cell: Cell, state: MondayState): { readonly doc: Doc; readonly fileId: string } | null {
  const files = part(cell.raw, "files");
  if (!Array.isArray(files)) return null;
  for (const file of files as readonly unknown[]) {
    const doc = state.docs.get(scalarText(part(file, "docId")));
    if (doc !== undefined) return { doc, fileId: scalarText(part(file, "fileId")) };
  }
  return null;
}

type File = NonNullable<ReturnType<typeof fileOf>>;

/** Documents and their blocks (reference monday.md §6). */
export const DOCS: Resolvers = {
  Query: { docs: on((_source, args: DocsArguments, context) => docsFor(context, args)) },
  Document: {
    object_id: on((doc: Doc) => doc.objectId),
    blocks: on((doc: Doc, args: Paged) => pageOf(doc.blocks, args)),
    created_at: on((doc: Doc) => seconds(doc.createdAt)),
    created_by: on((doc: Doc, _args, { state }) => state.users.get(doc.creatorId) ?? null),
    doc_folder_id: on((doc: Doc) => doc.folderId),
    doc_kind: on((doc: Doc) => doc.kind),
    relative_url: on(pathOf),
    settings: on(() => null),
    updated_at: on((doc: Doc) => seconds(doc.updatedAt)),
    url: on((doc: Doc, _args, { state }) => urlOf(state, doc)),
    workspace: on(
      (doc: Doc, _args, { state }) => state.workspaces.find((space) => space.id === doc.workspaceId) ?? null,
    ),
    workspace_id: on((doc: Doc) => doc.workspaceId),
  },
  DocumentBlock: {
    created_at: on((block: DocBlock) => seconds(block.createdAt)),
    created_by: on((block: DocBlock, _args, { state }) => state.users.get(block.creatorId) ?? null),
    doc_id: on((block: DocBlock) => block.docId),
    parent_block_id: on((block: DocBlock) => block.parentId),
    position: on(
      (block: DocBlock, _args, { state }) => ((state.docs.get(block.docId)?.blocks.indexOf(block) ?? 0) + 1) * 65_536,
    ),
    updated_at: on((block: DocBlock) => seconds(block.updatedAt)),
  },
  DocValue: { file: on((cell: Cell, _args, { state }) => fileOf(cell, state)) },
  FileDocValue: {
    created_at: on(({ doc }: File) => seconds(doc.createdAt)),
    creator: on(({ doc }: File, _args, { state }) => state.users.get(doc.creatorId) ?? null),
    creator_id: on(({ doc }: File) => doc.creatorId),
    file_id: on(({ fileId }: File) => fileId),
    object_id: on(({ doc }: File) => doc.objectId),
    url: on(({ doc }: File, _args, { state }) => urlOf(state, doc)),
  },
  Mutation: {
    create_doc: on((_source, args: CreateDoc, context) => createDoc(context, args)),
    create_doc_block: on((_source, args: CreateBlock, context) => createBlock(context, args)),
    update_doc_block: on((_source, args: { block_id: string; content: unknown }, context) =>
      updateBlock(context, args.block_id, args.content),
    ),
    delete_doc_block: on((_source, args: { block_id: string }, context) => deleteBlock(context, args.block_id)),
    update_doc_name: on((_source, args: { docId: string; name: string }, context) => {
      const doc = docOf(context, args.docId);
      doc.name = args.name;
      doc.updatedAt = context.state.now();
      return { success: true, id: doc.id };
    }),
    delete_doc: on((_source, args: { docId: string }, context) => {
      const doc = docOf(context, args.docId);
      context.state.docs.delete(doc.id);
      return { success: true, id: doc.id };
    }),
  },
};
