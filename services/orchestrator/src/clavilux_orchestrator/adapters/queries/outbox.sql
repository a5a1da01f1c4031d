-- Events on their way from the state they tell of to the bus.

-- name: tell(job_id, event, payload)!
-- Write an event down with the next number of its job. The caller holds the row of the job, so numbers are committed in
-- their order and none is missing.
WITH numbered AS (
    UPDATE jobs.jobs
    SET event_count = event_count + 1
    WHERE id = :job_id
    RETURNING id, event_count, epoch
)
INSERT INTO jobs.outbox (job_id, n, epoch, event, payload)
SELECT id, event_count, epoch, :event, :payload || jsonb_build_object('n', event_count, 'epoch', epoch)
FROM numbered;

-- name: jobs_with_events()
-- Jobs that have something to tell, the longest waiting first.
SELECT job_id
FROM jobs.outbox
WHERE published_at IS NULL
GROUP BY job_id
ORDER BY min(created_at)
LIMIT 100;

-- name: become_relayer(job_id)$
-- One relayer a job at a time, until the transaction ends.
SELECT pg_try_advisory_xact_lock(hashtextextended(:job_id, 0));

-- name: waiting_events(job_id)
-- In order.
SELECT n, event, payload
FROM jobs.outbox
WHERE job_id = :job_id AND published_at IS NULL
ORDER BY n;

-- name: mark_published(job_id, n)!
-- The bus has this one and those before it.
UPDATE jobs.outbox
SET published_at = now()
WHERE job_id = :job_id AND n <= :n AND published_at IS NULL;
