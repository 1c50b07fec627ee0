import type { Budget } from "./limits.ts";
import type { Team, User, Workspace } from "./parts.ts";
import { statusOf, usersList } from "./resolve-queries.ts";
import { on, pageOf } from "./resolver.ts";
import type { Paged } from "./resolver.ts";
import type { Resolvers } from "./schema.ts";

/** Resolvers of the account, its people and workspaces, and of what is left of the day's calls. */
export const PEOPLE: Resolvers = {
  PlatformApi: {
    daily_limit: on((budget: Budget) => ({
      base: budget.limits.daily,
      total: budget.limits.daily,
      addon: { is_active: false, quantity: 0 },
    })),
    daily_analytics: on((budget: Budget) => budget),
  },
  DailyAnalytics: {
    last_updated: on((_source, _args, { state }) => state.now()),
    by_day: on((budget: Budget, _args, { state }) => [
      { day: state.now().slice(0, 10), usage: Math.ceil(budget.dailyUsed) },
    ]),
    by_user: on((budget: Budget, _args, { state, userId }) => [
      { user: state.users.get(userId) ?? null, usage: Math.ceil(budget.dailyUsed) },
    ]),
  },
  Account: {
    tier: on(() => "pro"),
    plan: on(() => ({ max_users: 100, period: "yearly", tier: "pro", version: 11 })),
    country_code: on(() => "US"),
    first_day_of_the_week: on(() => "monday"),
    is_during_trial: on(() => false),
    is_trial_expired: on(() => false),
    show_timeline_weekends: on(() => false),
    sign_up_product_kind: on(() => "core"),
    active_members_count: on(
      (_source, _args, { state }) => [...state.users.values()].filter((user) => user.enabled).length,
    ),
  },
  User: {
    created_at: on((user: User, _args, { version }) =>
      version.value < "2026-07" ? user.createdAt.slice(0, 10) : user.createdAt,
    ),
    status: on((user: User) => statusOf(user)),
    is_deleted: on(() => false),
    is_email_confirmed: on((user: User) => user.emailConfirmed),
    became_active_at: on((user: User) => (user.emailConfirmed ? user.createdAt : null)),
    invitation_method: on(() => "USER"),
    title: on(() => ""),
    url: on((user: User, _args, { state }) => `https://${state.account.slug}.monday.com/users/${user.id}`),
    time_zone_identifier: on(() => "Etc/UTC"),
    utc_hours_diff: on(() => 0),
    current_language: on(() => "en"),
    account: on((_source, _args, { state }) => state.account),
    account_id: on((_source, _args, { state }) => state.account.id),
    photo_url: on((user: User) => {
      const of = (size: string): string => `https://files.monday.com/use1/photos/${user.id}/${size}/photo.png`;
      return {
        original: of("original"),
        small: of("small"),
        thumb: of("thumb"),
        thumb_small: of("thumb_small"),
        tiny: of("tiny"),
      };
    }),
    teams: on((user: User, args: { ids?: string[] | null }, { state }) =>
      [...state.teams.values()].filter(
        (team) => team.userIds.has(user.id) && (args.ids == null || args.ids.includes(team.id)),
      ),
    ),
    // Fields the API had until 2026-07 (reference monday.md §2).
    is_admin: on((user: User) => user.kind === "admin"),
    is_guest: on((user: User) => user.kind === "guest"),
    is_view_only: on((user: User) => user.kind === "view_only"),
    is_pending: on((user: User) => !user.emailConfirmed),
    is_verified: on((user: User) => user.emailConfirmed),
    enabled: on((user: User) => user.enabled),
    join_date: on((user: User) => user.createdAt.slice(0, 10)),
    encrypt_api_token: on(() => null),
    sign_up_product_kind: on(() => "core"),
    photo_original: on((user: User) => `https://files.monday.com/use1/photos/${user.id}/original/photo.png`),
    photo_thumb: on((user: User) => `https://files.monday.com/use1/photos/${user.id}/thumb/photo.png`),
    photo_thumb_small: on((user: User) => `https://files.monday.com/use1/photos/${user.id}/thumb_small/photo.png`),
    photo_tiny: on((user: User) => `https://files.monday.com/use1/photos/${user.id}/tiny/photo.png`),
    photo_small: on((user: User) => `https://files.monday.com/use1/photos/${user.id}/small/photo.png`),
  },
  Team: {
    is_guest: on((team: Team) => team.guest),
    created_at: on((team: Team) => team.createdAt),
    owners: on(() => []),
    picture_url: on(() => null),
    users: on((team: Team, args: Paged & { ids?: string[] | null; emails?: string[] | null }, { state }) =>
      usersList(
        { ...args, limit: args.limit ?? 200, status: ["ACTIVE", "INACTIVE", "PENDING"] },
        [...team.userIds].flatMap((id) => state.users.get(id) ?? []),
      ),
    ),
  },
  Workspace: {
    created_at: on((space: Workspace) => space.createdAt),
    is_default_workspace: on(() => false),
    users_subscribers: on((space: Workspace, args: Paged, { state }) =>
      pageOf(
        [...space.userIds].flatMap((id) => state.users.get(id) ?? []),
        args,
      ),
    ),
    owners_subscribers: on(() => []),
    teams_subscribers: on(() => []),
    team_owners_subscribers: on(() => []),
  },
};
