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
 * lowest and the first highest value stay, so that no peak is lost. The points are passed over three times (to count them, to find
 * the values, to find their steps) and never sorted.
 * The runs are named at every pass: from the join alone the planner would read the whole table.
 */
async function listSeriesOfRuns(
  database: Database,
  runIds: readonly string[],
  metric: string,
  maxPoints: number,
): Promise<MetricPoint[][]> {
  const stretches = Math.max(1, Math.floor(maxPoints / 2));
  const rows = await database.$queryRaw<(MetricPoint & { runId: string })[]>`
    with bounds as materialized (
      select run_id, count(*) > ${maxPoints}::int as is_sampled, min(step) as lowest_step, max(step) as highest_step
      from metric_points where run_id = any(${[...runIds]}::uuid[]) and metric = ${metric}
      group by run_id
    ), placed as not materialized (
      select point.run_id, point.step, point.value, point.at,
             (point.step - lowest_step)::bigint * ${stretches}::int / (highest_step - lowest_step + 1) as stretch
      from bounds join metric_points as point on point.run_id = bounds.run_id and point.metric = ${metric}
      where is_sampled and point.run_id = any(${[...runIds]}::uuid[])
    ), peaks as materialized (
      select run_id, stretch, min(value) as lowest, max(value) as highest from placed group by run_id, stretch
    )
    select run_id as "runId", min(step) as step, value, (array_agg(at order by step))[1] as at
    from placed join peaks using (run_id, stretch)
    where value = lowest or value = highest group by run_id, stretch, value
    union all
    select point.run_id, point.step, point.value, point.at
    from bounds join metric_points as point on point.run_id = bounds.run_id and point.metric = ${metric}
    where not is_sampled and point.run_id = any(${[...runIds]}::uuid[])
    order by 1, 2`;
  const byRun = groupBy(rows, ({ runId }) => runId);
  return runIds.map((id) => byRun.get(id) ?? []);
}
