-- Version 2. What asking a model took, how it ended, and what of its answers was not believed.

ALTER TABLE extractions ADD COLUMN quarantined TEXT NOT NULL DEFAULT '{}';  -- JSON: field -> {value, quote, reason}
ALTER TABLE extractions ADD COLUMN outcome TEXT;                            -- of asking the model; NULL: not asked
ALTER TABLE extractions ADD COLUMN prompt_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE extractions ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE extractions ADD COLUMN completion_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE extractions ADD COLUMN cut_tokens INTEGER NOT NULL DEFAULT 0;   -- of the text, left out of the prompt
ALTER TABLE extractions ADD COLUMN seconds REAL NOT NULL DEFAULT 0;         -- share of the model server's time

CREATE TABLE attempts (                       -- contents that a model stumbled over, until it answers or is given up
  content_hash TEXT NOT NULL,
  recipe       TEXT NOT NULL REFERENCES recipes(id),
  outcome      TEXT NOT NULL,
  detail       TEXT,
  attempts     INTEGER NOT NULL DEFAULT 1,
  at           TEXT NOT NULL,
  PRIMARY KEY (content_hash, recipe)
) STRICT;

ALTER TABLE runs ADD COLUMN flow TEXT NOT NULL DEFAULT 'ingest';
ALTER TABLE runs ADD COLUMN cache_misses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN saved_calls INTEGER NOT NULL DEFAULT 0;         -- answers of a model that were remembered
ALTER TABLE runs ADD COLUMN saved_seconds REAL NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN prompt_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN completion_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN model_seconds REAL NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN outcomes TEXT NOT NULL DEFAULT '{}';            -- JSON: outcome of a model call -> count
ALTER TABLE runs ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';              -- JSON: field -> {rules, model, quarantined}
ALTER TABLE board_runs ADD COLUMN cache_misses INTEGER NOT NULL DEFAULT 0;

CREATE INDEX extractions_recipe ON extractions(recipe);

DROP VIEW job_provenance;
CREATE VIEW job_provenance AS                 -- why each filled column says what it says: the platform's facts win
  SELECT jobs.pk, facts, origin, coalesce(fields, '{}') AS fields, coalesce(evidence, '{}') AS evidence,
         coalesce(quarantined, '{}') AS quarantined, outcome
  FROM jobs JOIN job_texts USING (content_hash)
  LEFT JOIN extractions ON extractions.content_hash = jobs.content_hash AND extractions.recipe = jobs.recipe;
