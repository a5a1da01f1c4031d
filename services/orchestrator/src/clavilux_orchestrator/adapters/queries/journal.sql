-- What is written down about a job that a worker has. Every transaction begins with the fence.

-- name: fence(job_id, epoch, worker)$
-- Only the worker whose lease is valid gets past, and holds the row until it commits.
SELECT id
FROM jobs.jobs
WHERE id = :job_id AND epoch = :epoch AND worker = :worker AND status = 'processing'
FOR UPDATE;

-- name: replies(job_id)
-- What earlier takings made.
SELECT stage_name, item, fingerprint, reply
FROM jobs.artefacts
WHERE job_id = :job_id
ORDER BY created_at;

-- name: finished_stages(job_id)
-- What earlier takings finished.
SELECT stage_name, duration_seconds
FROM jobs.job_stages
WHERE job_id = :job_id AND status = 'completed';

-- name: keep_artefact(job_id, stage, item, fingerprint, epoch, reply)!
-- Something new.
INSERT INTO jobs.artefacts (job_id, stage_name, item, fingerprint, epoch, reply)
VALUES (:job_id, :stage, :item, :fingerprint, :epoch, :reply)
ON CONFLICT DO NOTHING;

-- name: book_cost(job_id, stage, api, request_id, micros)!
-- A line of the bill, once, and the totals of the job and the stage with it.
WITH line AS (
    INSERT INTO jobs.job_costs (id, job_id, stage_name, api_name, request_id, cost_micros)
    VALUES (gen_random_uuid(), :job_id, :stage, :api, :request_id, :micros)
    ON CONFLICT (request_id, api_name) DO NOTHING
    RETURNING job_id, stage_name, cost_micros
), stage_total AS (
    UPDATE jobs.job_stages AS stage
    SET cost_micros = stage.cost_micros + line.cost_micros
    FROM line
    WHERE stage.job_id = line.job_id AND stage.stage_name = line.stage_name
)
UPDATE jobs.jobs AS job
SET total_cost_micros = job.total_cost_micros + line.cost_micros
FROM line
WHERE job.id = line.job_id;

-- name: total_cost(job_id)$
-- What the job has cost so far.
SELECT total_cost_micros
FROM jobs.jobs
WHERE id = :job_id;

-- name: advance(job_id, stage, progress, remaining_s, takings)!
-- How far the job is; progress never goes back. A new artefact sets the takings to 0.
UPDATE jobs.jobs
SET current_stage = :stage,
    progress = greatest(progress, :progress),
    estimated_remaining = :remaining_s,
    takings = coalesce(:takings, takings),
    updated_at = now()
WHERE id = :job_id;

-- name: mark_stage(job_id, stage, status, duration_s, done, total)!
-- A stage began or ended. The time of several takings adds up.
INSERT INTO jobs.job_stages (
    id, job_id, stage_name, status, started_at, completed_at, duration_seconds, items_done, items_total
)
VALUES (
    gen_random_uuid(), :job_id, :stage, :status, now(), CASE WHEN :status::varchar = 'completed' THEN now() END, :duration_s,
    :done, :total
)
ON CONFLICT (job_id, stage_name) DO UPDATE
SET status = excluded.status,
    completed_at = excluded.completed_at,
    duration_seconds = coalesce(job_stages.duration_seconds + excluded.duration_seconds, excluded.duration_seconds),
    items_done = excluded.items_done,
    items_total = excluded.items_total;

-- name: count_item(job_id, stage, done, total)!
-- One item more.
UPDATE jobs.job_stages
SET items_done = :done,
    items_total = :total
WHERE job_id = :job_id AND stage_name = :stage;

-- name: break_off_stage(job_id, status)!
-- A job that ends early takes the stage at work with it.
UPDATE jobs.job_stages
SET status = :status,
    completed_at = now()
WHERE job_id = :job_id AND status = 'processing';

-- name: finish_job(job_id, status, video_key, result, error_code, error_message, error_retryable)!
-- The end, and the end of the lease.
UPDATE jobs.jobs
SET status = :status,
    video_url = :video_key,
    result = :result,
    error_code = :error_code,
    error_message = :error_message,
    error_retryable = :error_retryable,
    progress = CASE WHEN :status::varchar = 'completed' THEN 100 ELSE progress END,
    estimated_remaining = CASE WHEN :status::varchar = 'completed' THEN 0 END,
    completed_at = now(),
    updated_at = now(),
    worker = NULL,
    heartbeat_at = NULL
WHERE id = :job_id;

-- name: answer_cancels(job_id)!
-- The job is cancelled, and that is the answer.
UPDATE jobs.job_commands
SET handled_at = now()
WHERE job_id = :job_id AND command = 'cancel' AND handled_at IS NULL;

-- name: find_analysis(file_hash, analyser_version, options_hash)$
-- An analysis of the same bytes by the same analyser with the same options, not older than a day.
SELECT analysis_data
FROM jobs.audio_analysis_cache
WHERE file_hash = :file_hash
    AND analyser_version = :analyser_version
    AND options_hash = :options_hash
    AND expires_at > now();

-- name: keep_analysis(file_hash, analyser_version, options_hash, analysis)!
-- One that is past its time is replaced.
INSERT INTO jobs.audio_analysis_cache AS cached (file_hash, analyser_version, options_hash, analysis_data)
VALUES (:file_hash, :analyser_version, :options_hash, :analysis)
ON CONFLICT (file_hash, analyser_version, options_hash) DO UPDATE
SET analysis_data = excluded.analysis_data,
    created_at = excluded.created_at,
    expires_at = excluded.expires_at
WHERE cached.expires_at <= now();
