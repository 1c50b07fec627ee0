import { GraphQLError } from "graphql";

/** An error of the business layer, as it appears inside an HTTP 200 answer (reference monday.md §3). */
export function mondayError(
  code: string,
  message: string,
  data: Readonly<Record<string, unknown>> = {},
  statusCode = 200,
): GraphQLError {
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
