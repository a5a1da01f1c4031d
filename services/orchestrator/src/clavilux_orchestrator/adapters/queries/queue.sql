-- Who works on which job. A lease is (id, epoch, worker) on a row that is being processed; it lives by its heartbeat.

-- name: lock_claims()!
-- One claim at a time in the whole system, so that the limit of running jobs is exact.
SELECT pg_advisory_xact_lock(hashtext('clavilux.claim'));

-- name: claim(worker, lapse_s, most_running)^
-- The job that has waited longest, or whose worker fell silent. A new epoch shuts out whoever had it before.
WITH candidate AS (
    SELECT id
    FROM jobs.jobs
    WHERE (
        status = 'queued'
        OR (status = 'processing' AND heartbeat_at < now() - make_interval(secs => :lapse_s))
    ) AND (
        SELECT count(*)
        FROM jobs.jobs AS running
        WHERE running.status = 'processing'
            AND running.heartbeat_at >= now() - make_interval(secs => :lapse_s)
    ) < :most_running
    ORDER BY created_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE jobs.jobs AS job
SET status = 'processing',
    worker = :worker,
    epoch = job.epoch + 1,
    heartbeat_at = now(),
    takings = job.takings + 1,
    started_at = coalesce(job.started_at, now()),
    updated_at = now()
FROM candidate
WHERE job.id = candidate.id
RETURNING
    job.id, job.epoch, job.worker, job.audio_url, job.audio_hash, job.audio_duration_s, job.user_prompt, job.options,
    job.budget_micros, job.total_cost_micros, job.takings, job.running_s;

-- name: beat(job_id, epoch, worker, ran_s)$
-- Nothing comes back when the lease is lost.
UPDATE jobs.jobs
SET heartbeat_at = now(),
    running_s = running_s + :ran_s
WHERE id = :job_id AND epoch = :epoch AND worker = :worker AND status = 'processing'
RETURNING id;

-- name: hand_back(job_id, epoch, worker)!
-- A taking that ends in order does not count against the job.
UPDATE jobs.jobs
SET status = 'queued',
    worker = NULL,
    heartbeat_at = NULL,
    takings = greatest(takings - 1, 0),
    updated_at = now()
WHERE id = :job_id AND epoch = :epoch AND worker = :worker AND status = 'processing';

-- name: unanswered_commands()
-- Commands that this version acts on.
SELECT id, job_id, command
FROM jobs.job_commands
WHERE handled_at IS NULL AND command IN ('cancel', 'retry')
ORDER BY id;

-- name: lock_job(job_id)^
-- How a job stands, and nobody changes it meanwhile.
SELECT status, coalesce(error_retryable, FALSE) AS retryable, current_stage
FROM jobs.jobs
WHERE id = :job_id
FOR UPDATE;

-- name: cancel_queued(job_id)!
-- A job that nobody works on, and the stage that it was handed back in.
WITH broken_off AS (
    UPDATE jobs.job_stages
    SET status = 'cancelled',
        completed_at = now()
    WHERE job_id = :job_id AND status = 'processing'
)
UPDATE jobs.jobs
SET status = 'cancelled',
    completed_at = now(),
    updated_at = now()
WHERE id = :job_id;

-- name: queue_again(job_id)!
-- What was made is kept; time and takings begin anew.
UPDATE jobs.jobs
SET status = 'queued',
    error_code = NULL,
    error_message = NULL,
    error_retryable = NULL,
    completed_at = NULL,
    takings = 0,
    running_s = 0,
    updated_at = now()
WHERE id = :job_id;

-- name: forget_failures(job_id)!
-- Items that failed in the stage in which the job failed are asked for again. Those of earlier stages stay as they are,
-- or else what was made from them would have to be made anew.
DELETE FROM jobs.artefacts AS artefact
USING jobs.jobs AS job
WHERE job.id = :job_id
    AND artefact.job_id = job.id
    AND artefact.stage_name = job.current_stage
    AND jsonb_exists(artefact.reply, 'failure');

-- name: answer_command(command_id)!
-- Done with it.
UPDATE jobs.job_commands
SET handled_at = now()
WHERE id = :command_id;
