-- name: insert_job(id, user_id, audio_key, audio_hash, audio_bytes, audio_duration_s, user_prompt, options, budget_micros)!
-- A new job waits in the queue from the moment this is committed.
INSERT INTO jobs.jobs (
    id, user_id, audio_url, audio_hash, audio_bytes, audio_duration_s, user_prompt, options, budget_micros
)
VALUES (
    :id, :user_id, :audio_key, :audio_hash, :audio_bytes, :audio_duration_s, :user_prompt, :options, :budget_micros
);

-- name: find_job(id, user_id)^
-- The job with its stages in one statement, so that both are of the same moment.
SELECT
    id, status, current_stage, progress, estimated_remaining, total_cost_micros, video_url, result, options,
    error_code, error_message, error_retryable, event_count, created_at, completed_at,
    (
        SELECT coalesce(jsonb_agg(to_jsonb(stage) ORDER BY stage.started_at), '[]')
        FROM jobs.job_stages AS stage
        WHERE stage.job_id = job.id
    ) AS stages
FROM jobs.jobs AS job
WHERE id = :id AND user_id = :user_id;

-- name: newest_jobs(user_id, after_created_at, after_id, limit)
-- One page, newest first; the first page when there is no cursor.
SELECT
    id, status, current_stage, progress, estimated_remaining, total_cost_micros, video_url, result, options,
    error_code, error_message, error_retryable, event_count, created_at, completed_at, '[]'::jsonb AS stages
FROM jobs.jobs
WHERE
    user_id = :user_id
    AND (:after_created_at::timestamptz IS NULL OR (created_at, id) < (:after_created_at, :after_id::uuid))
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: insert_cancel(id, user_id)<!
-- Once: a finished job and one that was asked already get no further command.
INSERT INTO jobs.job_commands (job_id, command)
SELECT id, 'cancel'
FROM jobs.jobs AS job
WHERE
    id = :id
    AND user_id = :user_id
    AND status NOT IN ('completed', 'failed', 'cancelled')
    AND NOT EXISTS (
        SELECT FROM jobs.job_commands AS asked
        WHERE asked.job_id = job.id AND asked.command = 'cancel' AND asked.handled_at IS NULL
    )
RETURNING id;
