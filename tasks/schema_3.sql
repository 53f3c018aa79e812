-- Version 3. How politely a run asked, what it saved, sources that never show all they have, boards that are gone.

ALTER TABLE board_runs ADD COLUMN same_bytes INTEGER NOT NULL DEFAULT 0;   -- of not_modified: sent again, byte for byte
ALTER TABLE board_runs ADD COLUMN not_asked INTEGER NOT NULL DEFAULT 0;    -- job pages left alone: the list said the same
ALTER TABLE board_runs ADD COLUMN bytes_saved INTEGER NOT NULL DEFAULT 0;  -- by 304s and pages left alone, by their last size
ALTER TABLE pages ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;             -- decompressed

CREATE TABLE host_runs (                      -- what a run asked of each host
  run_id         INTEGER NOT NULL REFERENCES runs(id),
  host           TEXT NOT NULL,
  requests       INTEGER NOT NULL DEFAULT 0,
  bytes          INTEGER NOT NULL DEFAULT 0,  -- received, decompressed
  not_modified   INTEGER NOT NULL DEFAULT 0,  -- answers 304
  too_many       INTEGER NOT NULL DEFAULT 0,  -- answers 429
  failures       INTEGER NOT NULL DEFAULT 0,  -- no answer, 5xx, 403
  waits          INTEGER NOT NULL DEFAULT 0,  -- requests held back by rate, crawl-delay or pause
  wait_seconds   REAL NOT NULL DEFAULT 0,     -- all of them together
  pauses         INTEGER NOT NULL DEFAULT 0,  -- asked for by Retry-After, or taken after failures in a row
  robots_allowed INTEGER NOT NULL DEFAULT 0,  -- pages that robots.txt lets us read
  robots_refused INTEGER NOT NULL DEFAULT 0,
  crawl_delay_seconds REAL,                   -- that robots.txt asks for
  PRIMARY KEY (run_id, host)
) STRICT;

CREATE VIEW politeness AS
  SELECT run_id, started_at, host, requests, bytes, host_runs.not_modified, too_many, failures, waits,
         round(wait_seconds, 1) AS wait_seconds, pauses, robots_allowed, robots_refused, crawl_delay_seconds
  FROM host_runs JOIN runs ON runs.id = run_id;

CREATE VIEW savings AS                        -- what a run did not have to do
  SELECT runs.id AS run_id, started_at, coalesce(sum(fetched), 0) AS postings, coalesce(sum(requests), 0) AS requests,
         coalesce(sum(not_modified - same_bytes), 0) AS not_modified, coalesce(sum(same_bytes), 0) AS same_bytes,
         coalesce(sum(not_asked), 0) AS not_asked, coalesce(sum(bytes), 0) AS bytes,
         coalesce(sum(bytes_saved), 0) AS bytes_saved,
         max(0, coalesce(sum(fetched), 0) - extracted) AS not_extracted,  -- postings whose text was known
         runs.cache_hits, saved_calls, saved_seconds
  FROM runs LEFT JOIN board_runs ON board_runs.run_id = runs.id WHERE flow = 'ingest' GROUP BY runs.id;

CREATE TABLE sightings (                      -- of jobs whose source never shows all it has: they age out
  job_pk    INTEGER PRIMARY KEY REFERENCES jobs(pk) ON DELETE CASCADE,
  seen_at   TEXT NOT NULL,                    -- last
  missed_at TEXT                              -- by the first reading without a fault after that; they count from here
) STRICT;

CREATE TABLE board_checks (                   -- by `rolecall companies check`; the board may not have been ingested yet
  company_id TEXT NOT NULL,
  at         TEXT NOT NULL,
  outcome    TEXT NOT NULL,
  postings   INTEGER,
  detail     TEXT,
  PRIMARY KEY (company_id, at)
) STRICT;
