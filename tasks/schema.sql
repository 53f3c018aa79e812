-- Version 1. Narrow `jobs` for lists, filters and facets; long text beside it in `job_texts`.
-- STRICT refuses wrong types; `jobs.pk` is the rowid of `jobs_fts` and never changes.

CREATE TABLE companies (
  id           TEXT PRIMARY KEY,              -- source:board
  name         TEXT NOT NULL,
  source       TEXT NOT NULL,
  board        TEXT NOT NULL,
  base_url     TEXT,
  open_jobs    INTEGER NOT NULL DEFAULT 0,    -- kept by the writer, in the same transaction as the jobs
  added_at     TEXT NOT NULL,
  confirmed_at TEXT                           -- the last run that proved the board's listing complete
) STRICT;

CREATE TABLE runs (
  id          INTEGER PRIMARY KEY,
  state       TEXT NOT NULL CHECK (state IN ('running', 'completed', 'partial', 'interrupted')),
  parameters  TEXT NOT NULL,                  -- JSON
  flow_run_id TEXT,                           -- the Prefect flow run that finished it
  started_at  TEXT NOT NULL,
  finished_at TEXT,
  boards      INTEGER NOT NULL DEFAULT 0,
  failed      INTEGER NOT NULL DEFAULT 0,     -- boards
  new         INTEGER NOT NULL DEFAULT 0,     -- jobs, as are the next four
  changed     INTEGER NOT NULL DEFAULT 0,
  closed      INTEGER NOT NULL DEFAULT 0,
  reopened    INTEGER NOT NULL DEFAULT 0,
  extracted   INTEGER NOT NULL DEFAULT 0,
  cache_hits  INTEGER NOT NULL DEFAULT 0,
  model_calls INTEGER NOT NULL DEFAULT 0,
  warnings    TEXT NOT NULL DEFAULT '[]'      -- JSON array of lines: no cache, no engine, …
) STRICT;

CREATE TABLE jobs (
  pk           INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,          -- source:board:the platform's id
  company_id   TEXT NOT NULL REFERENCES companies(id),
  company      TEXT NOT NULL,
  title        TEXT NOT NULL,
  location     TEXT,                          -- every place as the platform writes it, joined by '; '
  country      TEXT,                          -- ISO 3166 alpha-2
  city         TEXT,
  workplace_type  TEXT CHECK (workplace_type IN ('remote', 'hybrid', 'onsite')),
  employment_type TEXT,                       -- full_time part_time contract temporary intern volunteer per_diem other
  seniority    TEXT,                          -- intern entry mid senior staff lead manager director executive
  department   TEXT,
  salary_min   REAL,
  salary_max   REAL,
  salary_currency TEXT,                       -- ISO 4217
  salary_period   TEXT CHECK (salary_period IN ('hour', 'day', 'week', 'month', 'year')),
  experience_years_min INTEGER,
  experience_years_max INTEGER,
  skills       TEXT NOT NULL DEFAULT '[]',    -- JSON array of names, sorted
  requisition_id TEXT,
  url          TEXT NOT NULL CHECK (url LIKE 'http%'),
  apply_url    TEXT CHECK (apply_url LIKE 'http%'),
  posted_on    TEXT,
  expires_on   TEXT,
  listed_on    TEXT GENERATED ALWAYS AS (coalesce(posted_on, substr(first_seen_at, 1, 10))) VIRTUAL,
  is_open      INTEGER NOT NULL DEFAULT 1 CHECK (is_open IN (0, 1)),
  first_seen_at TEXT NOT NULL,
  changed_at   TEXT NOT NULL,                 -- the content's last change that we saw
  closed_at    TEXT,
  misses       INTEGER NOT NULL DEFAULT 0,    -- complete listings in a row without it
  content_hash TEXT NOT NULL REFERENCES job_texts(content_hash),
  recipe       TEXT,                          -- how the derived columns were filled; NULL: not yet for this content
  status       TEXT,                          -- the reader's own words, never touched by a scrape
  note         TEXT                           -- likewise
) STRICT;

CREATE TABLE job_texts (
  content_hash TEXT PRIMARY KEY,
  html         TEXT NOT NULL,                 -- sanitised
  text         TEXT NOT NULL,
  facts        TEXT NOT NULL,                 -- JSON: what the platform itself states of the derived columns
  origin       TEXT NOT NULL,                 -- of the facts: platform or jsonld
  embedding    BLOB
) STRICT;

CREATE TABLE job_changes (
  id     INTEGER PRIMARY KEY,
  job_pk INTEGER NOT NULL REFERENCES jobs(pk) ON DELETE CASCADE,
  run_id INTEGER NOT NULL REFERENCES runs(id),
  field  TEXT NOT NULL,                       -- a column of jobs; is_open for closed and reopened
  old    TEXT,
  new    TEXT,
  at     TEXT NOT NULL
) STRICT;

CREATE TABLE board_runs (
  run_id       INTEGER NOT NULL REFERENCES runs(id),
  company_id   TEXT NOT NULL REFERENCES companies(id),
  outcome      TEXT NOT NULL CHECK (outcome IN
               ('complete', 'unchanged', 'truncated', 'empty', 'gone', 'blocked', 'failed')),
  guard        TEXT CHECK (guard IN ('drop', 'blast')),   -- why nothing was closed although the listing was complete
  claimed      INTEGER,                       -- postings that the platform says the board has
  fetched      INTEGER NOT NULL DEFAULT 0,    -- postings that we saw
  new          INTEGER NOT NULL DEFAULT 0,
  changed      INTEGER NOT NULL DEFAULT 0,
  closed       INTEGER NOT NULL DEFAULT 0,
  reopened     INTEGER NOT NULL DEFAULT 0,
  requests     INTEGER NOT NULL DEFAULT 0,
  bytes        INTEGER NOT NULL DEFAULT 0,    -- received, decompressed
  not_modified INTEGER NOT NULL DEFAULT 0,    -- pages answered 304, or with the same bytes as last time
  retries      INTEGER NOT NULL DEFAULT 0,
  cache_hits   INTEGER NOT NULL DEFAULT 0,
  model_calls  INTEGER NOT NULL DEFAULT 0,
  seconds      REAL NOT NULL DEFAULT 0,
  error        TEXT,                          -- one line: why it failed, or why the listing is doubtful
  at           TEXT NOT NULL,
  PRIMARY KEY (run_id, company_id)
) STRICT;

CREATE TABLE pages (                          -- what a page yielded last time, so that an unchanged one need not be parsed
  company_id    TEXT NOT NULL REFERENCES companies(id),
  request       TEXT NOT NULL,
  etag          TEXT,
  last_modified TEXT,
  body_hash     TEXT NOT NULL,
  parser        TEXT NOT NULL,                -- hash of the code that read it
  claimed       INTEGER,
  posting_ids   TEXT NOT NULL,                -- JSON
  requests      TEXT NOT NULL,                -- JSON
  fetched_at    TEXT NOT NULL,
  PRIMARY KEY (company_id, request)
) STRICT;

CREATE TABLE recipes (
  id         TEXT PRIMARY KEY,
  parameters TEXT NOT NULL,                   -- JSON: all that decides an extraction's outcome
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE extractions (
  content_hash TEXT NOT NULL,
  recipe       TEXT NOT NULL REFERENCES recipes(id),
  fields       TEXT NOT NULL,                 -- JSON: column -> derived value
  evidence     TEXT NOT NULL,                 -- JSON: column -> {origin, part, quote, start}
  at           TEXT NOT NULL,
  PRIMARY KEY (content_hash, recipe)
) STRICT;

CREATE INDEX jobs_newest ON jobs(is_open, listed_on DESC);
CREATE INDEX jobs_facets ON jobs(is_open, workplace_type, seniority, employment_type, country, company, skills);
CREATE INDEX jobs_seen ON jobs(is_open, first_seen_at DESC);
CREATE INDEX jobs_company ON jobs(company_id, is_open);
CREATE INDEX jobs_salary ON jobs(is_open, salary_min) WHERE salary_min IS NOT NULL;
CREATE INDEX jobs_closed ON jobs(closed_at DESC) WHERE closed_at IS NOT NULL;
CREATE INDEX jobs_pending ON jobs(pk) WHERE recipe IS NULL;
CREATE INDEX jobs_content ON jobs(content_hash);
CREATE INDEX job_changes_job ON job_changes(job_pk, id);
CREATE INDEX job_changes_run ON job_changes(run_id);
CREATE INDEX board_runs_company ON board_runs(company_id, run_id DESC);

CREATE VIEW jobs_search AS                    -- what FTS5 indexes, and reads back for snippets and integrity checks
  SELECT jobs.pk, title, company, location, text FROM jobs JOIN job_texts USING (content_hash);

CREATE VIEW job_provenance AS                 -- why each filled column says what it says: the platform's facts win
  SELECT jobs.pk, facts, origin, coalesce(fields, '{}') AS fields, coalesce(evidence, '{}') AS evidence
  FROM jobs JOIN job_texts USING (content_hash)
  LEFT JOIN extractions ON extractions.content_hash = jobs.content_hash AND extractions.recipe = jobs.recipe;

CREATE VIEW jobs_full AS                      -- one wide row a job, under the names that scripts expect
  SELECT jobs.id, company_id, title, text AS description, location, salary_min, salary_max,
         posted_on AS posted_date, status, jobs.content_hash, embedding
  FROM jobs JOIN job_texts USING (content_hash);

CREATE VIRTUAL TABLE jobs_fts USING fts5(
  title, company, location, text,
  content="jobs_search", content_rowid="pk",
  tokenize="porter unicode61 remove_diacritics 2 tokenchars '+#'"
);

CREATE TRIGGER jobs_fts_insert AFTER INSERT ON jobs BEGIN
  INSERT INTO jobs_fts(rowid, title, company, location, text)
  SELECT new.pk, new.title, new.company, new.location, text FROM job_texts WHERE content_hash = new.content_hash;
END;
CREATE TRIGGER jobs_fts_delete AFTER DELETE ON jobs BEGIN
  INSERT INTO jobs_fts(jobs_fts, rowid, title, company, location, text)
  SELECT 'delete', old.pk, old.title, old.company, old.location, text FROM job_texts WHERE content_hash = old.content_hash;
END;
CREATE TRIGGER jobs_fts_update AFTER UPDATE OF title, company, location, content_hash ON jobs
  WHEN (old.title, old.company, old.location, old.content_hash)
       IS NOT (new.title, new.company, new.location, new.content_hash)
BEGIN
  INSERT INTO jobs_fts(jobs_fts, rowid, title, company, location, text)
  SELECT 'delete', old.pk, old.title, old.company, old.location, text FROM job_texts WHERE content_hash = old.content_hash;
  INSERT INTO jobs_fts(rowid, title, company, location, text)
  SELECT new.pk, new.title, new.company, new.location, text FROM job_texts WHERE content_hash = new.content_hash;
END;
