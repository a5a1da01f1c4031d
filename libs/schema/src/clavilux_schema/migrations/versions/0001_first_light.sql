-- The first tables: accounts (the gateway's) and jobs (the orchestrator's; the gateway reads them and inserts jobs and
-- commands). Expand-only within a version: later migrations add, they do not change or drop what a running process
-- of this version uses.
-- Money is BIGINT micro-dollars. Columns named *_url hold object keys; URLs are signed when they are sent.

CREATE SCHEMA accounts;
CREATE SCHEMA jobs;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'clavilux_gateway') THEN
        CREATE ROLE clavilux_gateway LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'clavilux_orchestrator') THEN
        CREATE ROLE clavilux_orchestrator LOGIN;
    END IF;
END
$$;

CREATE TABLE accounts.users (
    id         UUID PRIMARY KEY,
    email      TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE jobs.jobs (
    id                  UUID PRIMARY KEY,
    user_id             UUID NOT NULL REFERENCES accounts.users (id),
    status              VARCHAR(20) NOT NULL DEFAULT 'queued' CHECK (
        status IN ('queued', 'processing', 'completed', 'failed', 'cancelled', 'awaiting_approval')),
    audio_url           TEXT NOT NULL,
    audio_hash          VARCHAR(32) NOT NULL,
    audio_bytes         BIGINT NOT NULL,
    audio_duration_s    DOUBLE PRECISION NOT NULL,
    user_prompt         TEXT NOT NULL,
    options             JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
    current_stage       VARCHAR(50),
    progress            INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    estimated_remaining INTEGER,
    budget_micros       BIGINT NOT NULL DEFAULT 20000000 CHECK (budget_micros BETWEEN 0 AND 20000000),
    total_cost_micros   BIGINT NOT NULL DEFAULT 0,
    video_url           TEXT,
    result              JSONB,
    error_code          VARCHAR(40),
    error_message       TEXT,
    error_retryable     BOOLEAN,
    created_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    started_at          TIMESTAMPTZ,
    completed_at        TIMESTAMPTZ,
    -- The lease. Every write of a worker names its epoch; a worker that was overtaken has an old one and is refused.
    worker              TEXT,
    epoch               BIGINT NOT NULL DEFAULT 0,
    heartbeat_at        TIMESTAMPTZ,
    takings             INTEGER NOT NULL DEFAULT 0,  -- since the last new artefact
    running_s           DOUBLE PRECISION NOT NULL DEFAULT 0,  -- over all takings
    event_count         BIGINT NOT NULL DEFAULT 0  -- number of the job's last event
);
CREATE INDEX idx_jobs_user_status ON jobs.jobs (user_id, status);
CREATE INDEX idx_jobs_status_created ON jobs.jobs (status, created_at DESC);

CREATE TABLE jobs.job_stages (
    id               UUID PRIMARY KEY,
    job_id           UUID NOT NULL REFERENCES jobs.jobs (id) ON DELETE CASCADE,
    stage_name       VARCHAR(50) NOT NULL,
    status           VARCHAR(20) NOT NULL,
    started_at       TIMESTAMPTZ,
    completed_at     TIMESTAMPTZ,
    duration_seconds DOUBLE PRECISION,
    cost_micros      BIGINT NOT NULL DEFAULT 0,
    items_done       INTEGER NOT NULL DEFAULT 0,
    items_total      INTEGER NOT NULL DEFAULT 0,
    metadata         JSONB NOT NULL DEFAULT '{}',
    UNIQUE (job_id, stage_name)
);
CREATE INDEX idx_job_stages_job ON jobs.job_stages (job_id);

CREATE TABLE jobs.job_costs (
    id          UUID PRIMARY KEY,
    job_id      UUID NOT NULL REFERENCES jobs.jobs (id) ON DELETE CASCADE,
    stage_name  VARCHAR(50) NOT NULL,
    api_name    VARCHAR(100) NOT NULL,
    request_id  TEXT NOT NULL,
    cost_micros BIGINT NOT NULL,
    timestamp   TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (request_id, api_name)
);
CREATE INDEX idx_job_costs_job ON jobs.job_costs (job_id);

CREATE TABLE jobs.audio_analysis_cache (
    file_hash        VARCHAR(32) NOT NULL,  -- BLAKE2b-128 of the bytes, as hexadecimal
    analyser_version TEXT NOT NULL,
    options_hash     VARCHAR(32) NOT NULL,
    analysis_data    JSONB NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at       TIMESTAMPTZ NOT NULL DEFAULT now() + INTERVAL '24 hours',
    PRIMARY KEY (file_hash, analyser_version, options_hash)
);
CREATE INDEX idx_audio_cache_expires ON jobs.audio_analysis_cache (expires_at);

-- What a user asked of a job. Append-only; the lease holder acts on it.
CREATE TABLE jobs.job_commands (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id     UUID NOT NULL REFERENCES jobs.jobs (id) ON DELETE CASCADE,
    command    VARCHAR(20) NOT NULL CHECK (command IN ('cancel', 'retry', 'approve', 'discard', 'delete')),
    arguments  JSONB NOT NULL DEFAULT '{}',
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    handled_at TIMESTAMPTZ
);
CREATE INDEX idx_job_commands_open ON jobs.job_commands (job_id) WHERE handled_at IS NULL;

-- What a job has made so far. A run asks here first, so that nothing is made twice.
CREATE TABLE jobs.artefacts (
    job_id      UUID NOT NULL REFERENCES jobs.jobs (id) ON DELETE CASCADE,
    stage_name  VARCHAR(50) NOT NULL,
    item        VARCHAR(100) NOT NULL,
    fingerprint VARCHAR(32) NOT NULL,  -- BLAKE2b-128 of the item's own request
    epoch       BIGINT NOT NULL,
    reply       JSONB NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, stage_name, item, fingerprint)
);

-- Events that were written with the state they tell of and wait to be published, in order for each job.
CREATE TABLE jobs.outbox (
    job_id       UUID NOT NULL REFERENCES jobs.jobs (id) ON DELETE CASCADE,
    n            BIGINT NOT NULL,
    epoch        BIGINT NOT NULL,
    event        VARCHAR(30) NOT NULL,
    payload      JSONB NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    published_at TIMESTAMPTZ,
    PRIMARY KEY (job_id, n)
);
CREATE INDEX idx_outbox_unpublished ON jobs.outbox (created_at, job_id, n) WHERE published_at IS NULL;

GRANT USAGE ON SCHEMA accounts, jobs TO clavilux_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA accounts TO clavilux_gateway;
GRANT SELECT ON ALL TABLES IN SCHEMA jobs TO clavilux_gateway;
GRANT INSERT ON jobs.jobs, jobs.job_commands TO clavilux_gateway;

GRANT USAGE ON SCHEMA jobs TO clavilux_orchestrator;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO clavilux_orchestrator;

-- Every process asks for the version before it begins.
GRANT SELECT ON public.alembic_version TO clavilux_gateway, clavilux_orchestrator;
