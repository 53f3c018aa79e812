-- Version 5. Which model made a text's embedding; those of another recipe count as none, and are replaced one by one.

ALTER TABLE job_texts ADD COLUMN embedding_recipe TEXT REFERENCES recipes(id);

CREATE INDEX job_texts_embedded ON job_texts(embedding_recipe, content_hash) WHERE embedding_recipe IS NOT NULL;
