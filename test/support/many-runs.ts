/**
 * A history of runs as an installation of years has it, made by the database itself, and how a dashboard asks for it. Not for
 * what a run does: nothing here was ever learnt.
 */

/** Runs one statement with parameters. */
type Query = (sql: string) => Promise<unknown>;

/** What a dashboard shows of each run in its list. */
export const runListQuery = `query RunList($first: Int!, $after: String) {
  trainingRuns(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node {
      id number status statusReason trigger note tags createdAt startedAt finishedAt
      progress { epoch totalEpochs step totalSteps secondsLeft }
      failure { code message }
      dataset { id createdAt holdoutVersion counts { split documents label { id name } } }
      bestEpoch { epoch trainLoss validationLoss validationAccuracy validationMacroF1 }
      metrics { accuracy accuracyLow accuracyHigh macroF1 macroF1Low macroF1High loss ece support }
      baseline { accuracy macroF1 }
      gateDecision { verdict code reason difference differenceLow differenceHigh servingModel { id number } }
      baseModel { id number }
      modelVersion { id number aliases labels { id name } }
    } }
  }
}`;

/** Documents that each snapshot holds, a third of them its holdout. */
const documentsOfSnapshot = 150;
const labels = 10;
const epochs = 20;

/**
 * Fills an empty database with runs of so many steps each, oldest first; every tenth has failed, all others have made a version.
 * The newest run has as many steps as the last of `stepsOfNewest` says, the one before as many as the one before.
 */
export async function fillWithRuns(
  query: Query,
  options: { runs: number; steps: number; stepsOfNewest?: readonly number[] },
): Promise<void> {
  const { runs, steps, stepsOfNewest = [] } = options;
  await query(
    `insert into labels (id, name) select uuidv7(), 'label ' || number from generate_series(1, ${labels}) as number`,
  );
  await query(
    `insert into documents (id, filename, media_type, byte_size, sha256, status)
     select uuidv7(), number || '.pdf', 'application/pdf', number, number::text, 'READY'
     from generate_series(1, ${documentsOfSnapshot}) as number`,
  );
  await query(
    `with numbered as (select id, row_number() over (order by id) as number from labels)
     insert into label_decisions (id, document_id, label_id, decided_by)
     select uuidv7(), document.id, label.id, 'ann' from documents as document
     join numbered as label on label.number = 1 + document.byte_size % ${labels}`,
  );
  await query(
    `create temporary table run_numbers as select number, uuidv7() as run_id, uuidv7() as snapshot_id,
       case when number % 10 > 0 then uuidv7() end as version_id from generate_series(1, ${runs}) as number`,
  );
  await query(
    'insert into dataset_snapshots (id, holdout_version) select snapshot_id, 1 from run_numbers order by number',
  );
  await query(
    `insert into model_versions (id, architecture, size, parameter_count, max_tokens, licence)
     select version_id, 'LayoutLMv2', 'tiny', 1, 128, 'own' from run_numbers where version_id is not null order by number`,
  );
  await query(
    `insert into model_version_labels (model_version_id, index, label_id)
     select version_id, label.index, label.id from run_numbers
     cross join (select id, row_number() over (order by id) - 1 as index from labels) as label where version_id is not null`,
  );
  await query(
    `insert into training_runs (id, number, status, failure_code, trigger, hyperparameters, tags, snapshot_id, model_version_id,
       base_model_id, epoch, total_epochs, step, total_steps, started_at, finished_at)
     select run_id, number, (case when version_id is null then 'FAILED' else 'SUCCEEDED' end)::run_status,
            case when version_id is null then 'TIME_LIMIT' end, 'MANUAL', '{}', array['tag ' || number % 7], snapshot_id, version_id,
            lag(version_id) over (order by number), ${epochs}, ${epochs}, ${steps}, ${steps}, now(), now()
     from run_numbers order by number`,
  );
  await withoutKeys(query, 'dataset_items', () =>
    query(
      `insert into dataset_items (snapshot_id, document_id, label_id, decision_id, split)
       select snapshot_id, decision.document_id, decision.label_id, decision.id,
              (array['TRAIN', 'VALIDATION', 'HOLDOUT'])[1 + row_number() over (partition by snapshot_id) % 3]::dataset_split
       from run_numbers cross join label_decisions as decision`,
    ),
  );
  await withoutKeys(query, 'metric_points', async () => {
    const own = stepsOfNewest.length;
    const stepsOf = stepsOfNewest
      .map((count, index) => `when ${runs - own + 1 + index} then ${count}`)
      .join(' ');
    await query(
      `insert into metric_points (run_id, metric, step, value, at)
       select run_id, 'loss', series.step, 1 / (1 + series.step / 100.0) + random() / 10, now()
       from (select run_id, ${own === 0 ? steps : `case number ${stepsOf} else ${steps} end`} as steps from run_numbers) as run
       cross join lateral generate_series(1, run.steps) as series(step)`,
    );
  });
  await insertFigures(query);
  await query('drop table run_numbers');
}

async function insertFigures(query: Query): Promise<void> {
  await query(
    `insert into epoch_metrics (run_id, epoch, train_loss, validation_loss, learning_rate, duration_ms, is_best)
     select run_id, series.epoch, 1.0 / series.epoch, 1.0 / series.epoch, 1e-3, 1000, series.epoch < 8
     from run_numbers cross join generate_series(1, ${epochs}) as series(epoch)`,
  );
  const figures = ['accuracy', 'accuracy_low', 'accuracy_high', 'macro_f1', 'macro_f1_low', 'macro_f1_high'];
  await query(
    `insert into evaluation_metrics (run_id, ${figures.join(', ')}, loss, ece, support)
     select run_id, 0.9, 0.8, 1, 0.9, 0.8, 1, 0.3, 0.05, 50 from run_numbers where version_id is not null`,
  );
  await query(
    `insert into baseline_metrics (run_id, ${figures.join(', ')}, loss, ece, support, features, duration_ms)
     select run_id, 0.8, 0.7, 0.9, 0.8, 0.7, 0.9, 0.5, 0.05, 50, 10000, 1000 from run_numbers where version_id is not null`,
  );
  await query(
    `insert into class_metrics (run_id, label_id, precision, recall, f1, support)
     select run_id, label.id, 0.9, 0.9, random(), 5 from run_numbers cross join labels as label where version_id is not null`,
  );
  await query(
    `insert into confusion_cells (run_id, actual_id, predicted_id, count)
     select run_id, actual.id, predicted.id, 2 from run_numbers cross join labels as actual cross join labels as predicted
     where version_id is not null and number > (select max(number) - 500 from run_numbers)`,
  );
  await query(
    `insert into gate_decisions (run_id, verdict, code, reason, serving_model_id, support, difference, difference_low, difference_high,
       automatic, test, confidence_level, maximum_class_loss, minimum_holdout, minimum_holdout_for_first_model, resamples)
     select run_id, 'KEPT', 'NOT_BETTER', 'Not better', lag(version_id) over (order by number), 50, 0.01, -0.01, 0.03,
            true, 'PAIRED_BOOTSTRAP', 0.95, 0.1, 20, 5, 1000 from run_numbers where version_id is not null`,
  );
  await query(
    `insert into document_results (run_id, document_id, actual_id, predicted_id, confidence)
     select run_id, item.document_id, item.label_id, label.id, random() from run_numbers
     join dataset_items as item using (snapshot_id) cross join lateral (select id from labels order by random() limit 1) as label
     where item.split = 'HOLDOUT' and version_id is not null and number > (select max(number) - 100 from run_numbers)`,
  );
}

/** Writes into a table whose keys are made afterwards, all at once: several times as fast for millions of rows. */
async function withoutKeys(query: Query, table: string, write: () => Promise<unknown>): Promise<void> {
  await query(
    `create temporary table kept_keys as select conname as name, pg_get_constraintdef(oid) as definition, contype as kind
     from pg_constraint where conrelid = '${table}'::regclass and contype in ('p', 'f')`,
  );
  await query(
    `do $$ declare key record; begin
       for key in select * from kept_keys loop execute format('alter table ${table} drop constraint %I', key.name); end loop;
     end $$`,
  );
  await write();
  await query(
    `do $$ declare key record; begin
       for key in select * from kept_keys order by kind desc loop
         execute format('alter table ${table} add constraint %I %s', key.name, key.definition);
       end loop;
     end $$`,
  );
  await query('drop table kept_keys');
}
