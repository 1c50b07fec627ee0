import { GraphQLError } from "graphql";

/** An error of the business layer, as it appears inside an HTTP 200 answer (reference monday.md §3). */
export function mondayError(code: string, message: string, data: unknown = {}, statusCode = 200): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code, status_code: statusCode, error_data: data, service: "monolith" },
  });
}

export const itemNotFound = (id: string): GraphQLError =>
  mondayError("InvalidItemIdException", "Item not found", { item_id: id });

export const boardNotFound = (id: string): GraphQLError =>
  mondayError("InvalidBoardIdException", "Board not found", { board_id: id });

export const columnNotFound = (id: string): GraphQLError =>
  mondayError("InvalidColumnIdException", "This column ID doesn't exist for the board", { column_id: id });

export const groupNotFound = (id: string): GraphQLError =>
  mondayError("InvalidGroupIdException", "Group not found", { group_id: id });

export const unauthorized = (): GraphQLError =>
  mondayError("USER_UNAUTHORIZED", "User unauthorized to perform action", {}, 403);

export const invalidArgument = (message: string): GraphQLError => mondayError("InvalidArgumentException", message);

export const cursorExpired = (): GraphQLError =>
  mondayError("CursorException", "CursorExpiredError: The cursor provided for pagination has expired. Please refresh.");

export const boardLocked = (): GraphQLError =>
  mondayError("RESOURCE_LOCKED", "Resource is currently locked, please try again later", {}, 423);

/** A value one of the board's own rules refuses; `error_data` is a list here (reference monday.md §3). */
export const validationFailed = (
  itemId: string | null,
  columnIds: readonly string[],
  message = "Required column is empty",
): GraphQLError =>
  mondayError(
    "DATA_VALIDATIONS_ERROR",
    "Data validation failed",
    [{ itemId: itemId === null ? null : Number(itemId), columnIds, message }],
    422,
  );

export const missingScope = (scope: string): GraphQLError =>
  mondayError("missingRequiredPermissions", `Unauthorized: the token lacks the scope ${scope}`, { scope }, 403);

export const notFound = (what: string, id: string): GraphQLError =>
  mondayError("ResourceNotFoundException", `${what} not found`, { resource_id: id }, 404);

/** A failure of the server inside a query: it takes the whole answer with it (reference monday.md §3). */
export const failedWhole = (): GraphQLError =>
  new GraphQLError("Internal server error", {
    extensions: { status_code: 500, error_code: "INTERNAL_SERVER_ERROR", service: "monolith" },
  });
