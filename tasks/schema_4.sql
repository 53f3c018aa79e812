-- Version 4. What reading takes: a yearly salary, a log of touched jobs, indexes by role, saved searches and alerts.

ALTER TABLE jobs ADD COLUMN yearly_min REAL GENERATED ALWAYS AS (  -- of the stated lower end, in its own currency
  salary_min * CASE salary_period WHEN 'hour' THEN 2080 WHEN 'day' THEN 260 WHEN 'week' THEN 52 WHEN 'month' THEN 12
                                  WHEN 'year' THEN 1 END) VIRTUAL;

CREATE TABLE job_revisions (                  -- jobs whose listed columns changed, in order, written with the change
  revision INTEGER PRIMARY KEY AUTOINCREMENT, -- a reader that knows up to here asks for what came after
  job_pk   INTEGER NOT NULL
) STRICT;

CREATE TRIGGER jobs_revised_insert AFTER INSERT ON jobs BEGIN
  INSERT INTO job_revisions(job_pk) VALUES (new.pk);
END;
CREATE TRIGGER jobs_revised_delete AFTER DELETE ON jobs BEGIN
  INSERT INTO job_revisions(job_pk) VALUES (old.pk);
END;
CREATE TRIGGER jobs_revised_update AFTER UPDATE OF title, company, company_id, location, department, country,
  workplace_type, employment_type, seniority, salary_min, salary_currency, salary_period, skills, posted_on,
  content_hash, is_open, closed_at, status ON jobs
  WHEN (old.title, old.company, old.company_id, old.location, old.department, old.country, old.workplace_type,
        old.employment_type, old.seniority, old.salary_min, old.salary_currency, old.salary_period, old.skills,
        old.posted_on, old.content_hash, old.is_open, old.closed_at, old.status)
       IS NOT (new.title, new.company, new.company_id, new.location, new.department, new.country, new.workplace_type,
        new.employment_type, new.seniority, new.salary_min, new.salary_currency, new.salary_period, new.skills,
        new.posted_on, new.content_hash, new.is_open, new.closed_at, new.status)
BEGIN
  INSERT INTO job_revisions(job_pk) VALUES (new.pk);
END;

CREATE VIRTUAL TABLE titles_fts USING fts5(   -- small beside jobs_fts: ranks titles first, and finds words by their beginning
  title, company, location,
  content="jobs", content_rowid="pk", prefix='2 3',
  tokenize="porter unicode61 remove_diacritics 2 tokenchars '+#'"
);
INSERT INTO titles_fts(titles_fts) VALUES ('rebuild');

CREATE TRIGGER titles_fts_insert AFTER INSERT ON jobs BEGIN
  INSERT INTO titles_fts(rowid, title, company, location) VALUES (new.pk, new.title, new.company, new.location);
END;
CREATE TRIGGER titles_fts_delete AFTER DELETE ON jobs BEGIN
  INSERT INTO titles_fts(titles_fts, rowid, title, company, location)
  VALUES ('delete', old.pk, old.title, old.company, old.location);
END;
CREATE TRIGGER titles_fts_update AFTER UPDATE OF title, company, location ON jobs
  WHEN (old.title, old.company, old.location) IS NOT (new.title, new.company, new.location)
BEGIN
  INSERT INTO titles_fts(titles_fts, rowid, title, company, location)
  VALUES ('delete', old.pk, old.title, old.company, old.location);
  INSERT INTO titles_fts(rowid, title, company, location) VALUES (new.pk, new.title, new.company, new.location);
END;

CREATE TABLE searches (                       -- saved by the reader, never touched by a scrape
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  query      TEXT NOT NULL,                   -- of /api/jobs, in its canonical form
  created_at TEXT NOT NULL,
  looked_at  TEXT NOT NULL,                   -- what matches since then is new to the reader
  looked     BLOB NOT NULL,                   -- roaring bitmap of the jobs.pk that matched at that look or before
  looked_revision  INTEGER NOT NULL,          -- of job_revisions, up to which `looked` is complete
  alerted    BLOB NOT NULL,                   -- likewise: never told of again
  alerted_revision INTEGER NOT NULL
) STRICT;

CREATE TABLE alerts (                         -- an outbox: written before it is sent, so that a crash loses none
  id         INTEGER PRIMARY KEY,             -- sent along, so that a receiver can know one that comes again
  search_id  INTEGER NOT NULL REFERENCES searches(id) ON DELETE CASCADE,
  job_pks    TEXT NOT NULL,                   -- JSON array
  created_at TEXT NOT NULL,
  sent_at    TEXT,
  attempts   INTEGER NOT NULL DEFAULT 0,
  error      TEXT                             -- of the last attempt
) STRICT;

CREATE INDEX alerts_unsent ON alerts(id) WHERE sent_at IS NULL;
CREATE INDEX jobs_role ON jobs(company_id, title);           -- the same role in other places, and posted before
CREATE INDEX jobs_changed ON jobs(changed_at DESC);
CREATE INDEX jobs_status ON jobs(status) WHERE status IS NOT NULL;
CREATE INDEX jobs_paid ON jobs(salary_currency, yearly_min DESC) WHERE is_open = 1 AND yearly_min IS NOT NULL;
CREATE INDEX companies_busiest ON companies(open_jobs DESC, name);
CREATE INDEX companies_name ON companies(name);
CREATE INDEX board_runs_at ON board_runs(run_id, at);
DROP INDEX jobs_facets;                       -- facets are counted over bitmaps that follow job_revisions
