/** Metrics by step, in PostgreSQL, sampled there: of a million points no more than a plot has pixels leave the database. */
import type { Database } from '../platform/database/database.js';
import { groupBy } from '../shared/group-by.js';
import type { MetricPoint } from './training-run.js';

/** A series with the number of its points, as one text to load by. */
export function seriesKey(runId: string, maxPoints: number, metric: string): string {
  return `${runId} ${maxPoints} ${metric}`;
}

/** The series in the order of the keys. */
export async function loadSeries(database: Database, keys: readonly string[]): Promise<MetricPoint[][]> {
  const wanted = keys.map((key) => {
    const [runId = '', maxPoints = '', ...metric] = key.split(' ');
    return { key, runId, maxPoints: Number(maxPoints), metric: metric.join(' ') };
  });
  const found = new Map<string, MetricPoint[]>();
  for (const alike of groupBy(wanted, ({ maxPoints, metric }) => `${maxPoints} ${metric}`).values()) {
    const [{ metric, maxPoints } = { metric: '', maxPoints: 2 }] = alike;
    const runIds = alike.map(({ runId }) => runId);
    const series = await listSeriesOfRuns(database, runIds, metric, maxPoints);
    for (const [index, { key }] of alike.entries()) found.set(key, series[index] ?? []);
  }
  return keys.map((key) => found.get(key) ?? []);
}

/** The series of one run, as {@link listSeriesOfRuns} samples it. */
export async function listSeries(
  database: Database,
  runId: string,
  metric: string,
  maxPoints: number,
): Promise<MetricPoint[]> {
  const [series = []] = await listSeriesOfRuns(database, [runId], metric, maxPoints);
  return series;
}

/**
 * A metric of each run by step, at most `maxPoints` of it. Of more, the steps are cut into equal stretches, and of each the first
 * lowest and the first highest value stay, so that no peak is lost. Each stretch is walked along the index, first for its values
 * and then up to where they stand: nothing is sorted, and no more than `maxPoints` are kept in mind.
 */
async function listSeriesOfRuns(
  database: Database,
  runIds: readonly string[],
  metric: string,
  maxPoints: number,
): Promise<MetricPoint[][]> {
  const stretches = Math.max(1, Math.floor(maxPoints / 2));
  const rows = await database.$queryRaw<(MetricPoint & { runId: string })[]>`
    with run as materialized (
      select id as run_id,
             (select count(*) from (
               select from metric_points where run_id = id and metric = ${metric} limit ${maxPoints}::int + 1
             ) as few) > ${maxPoints}::int as is_sampled,
             (select step from metric_points where run_id = id and metric = ${metric} order by step limit 1) as lowest_step,
             (select step from metric_points where run_id = id and metric = ${metric} order by step desc limit 1) as highest_step
      from unnest(${[...new Set(runIds)]}::uuid[]) as id
    ), stretch as materialized (
      select run_id,
             (lowest_step + (number * span + ${stretches}::int - 1) / ${stretches}::int)::int as first_step,
             (lowest_step + ((number + 1) * span + ${stretches}::int - 1) / ${stretches}::int - 1)::int as last_step
      from (select *, (highest_step - lowest_step + 1)::bigint as span from run where is_sampled) as sampled
      cross join generate_series(0, ${stretches}::int - 1) as number
    ), peaks as materialized (
      select stretch.*, lowest, highest from stretch cross join lateral (
        select min(value) as lowest, max(value) as highest from metric_points as point
        where point.run_id = stretch.run_id and metric = ${metric} and step between first_step and last_step
      ) as extremes where lowest is not null
    )
    select run_id as "runId", found.step, found.value, found.at from peaks cross join lateral (
      (select step, value, at from metric_points as point
       where point.run_id = peaks.run_id and metric = ${metric} and step between first_step and last_step and value = lowest
       order by step limit 1)
      union
      (select step, value, at from metric_points as point
       where point.run_id = peaks.run_id and metric = ${metric} and step between first_step and last_step and value = highest
       order by step limit 1)
    ) as found
    union all
    select point.run_id, point.step, point.value, point.at
    from run join metric_points as point on point.run_id = run.run_id and point.metric = ${metric} where not is_sampled
    order by 1, 2`;
  const byRun = groupBy(rows, ({ runId }) => runId);
  return runIds.map((id) => byRun.get(id) ?? []);
}
