import type { Star } from "./star.ts";

/**
 * Fills fact_wip_daily from the stage visits: per local day, stage and team what came in, what left and what was there at
 * the end. Days on which nothing was there are left out.
 */
export async function fillWorkInProgress(star: Star): Promise<void> {
  star.flush();
  await star.run(`
    INSERT INTO fact_wip_daily BY NAME
    WITH moves AS (
      SELECT process_key, stage_key, owner_team_key, CAST(entered_at_local AS DATE) AS day, 1 AS arrived, 0 AS departed
      FROM fact_stage_events WHERE is_flicker = 0
      UNION ALL
      SELECT process_key, stage_key, owner_team_key, CAST(exited_at_local AS DATE), 0, 1
      FROM fact_stage_events WHERE is_flicker = 0 AND exited_at IS NOT NULL
    ), daily AS (
      SELECT process_key, stage_key, owner_team_key, day, sum(arrived) AS arrived, sum(departed) AS departed FROM moves GROUP BY ALL
    ), spine AS (
      SELECT process_key, stage_key, owner_team_key,
        CAST(unnest(generate_series(min(day), (SELECT CAST(as_of_local AS DATE) FROM dim_as_of), INTERVAL 1 DAY)) AS DATE) AS day
      FROM daily GROUP BY process_key, stage_key, owner_team_key
    ), filled AS (
      SELECT spine.*, coalesce(daily.arrived, 0) AS arrived, coalesce(daily.departed, 0) AS departed,
        sum(coalesce(daily.arrived, 0) - coalesce(daily.departed, 0)) OVER (
          PARTITION BY spine.process_key, spine.stage_key, spine.owner_team_key ORDER BY spine.day) AS wip
      FROM spine LEFT JOIN daily ON daily.stage_key = spine.stage_key AND daily.day = spine.day
        AND daily.owner_team_key IS NOT DISTINCT FROM spine.owner_team_key
    )
    SELECT CAST(strftime(day, '%Y%m%d') AS INTEGER) AS date_key, process_key, stage_key, owner_team_key,
      CAST(wip AS INTEGER) AS wip_end, CAST(arrived AS INTEGER) AS arrivals, CAST(departed AS INTEGER) AS departures, 'current' AS as_of_key
    FROM filled WHERE wip <> 0 OR arrived > 0 OR departed > 0
    ORDER BY date_key, stage_key, owner_team_key`);
}
