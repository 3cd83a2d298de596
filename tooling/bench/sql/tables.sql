SET client_min_messages = warning;

CREATE TABLE events (id bigint NOT NULL, happened_at timestamptz NOT NULL, payload jsonb NOT NULL);
CREATE TABLE articles (id bigint NOT NULL, title text NOT NULL, body text NOT NULL);
CREATE TABLE measurements (
  id bigint NOT NULL, sensor integer NOT NULL, taken_at timestamptz NOT NULL, value numeric(12, 4) NOT NULL,
  low numeric(12, 4), high numeric(12, 4)
);
CREATE TABLE files (id bigint NOT NULL, name text NOT NULL, content bytea NOT NULL);
ALTER TABLE files ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE articles ALTER COLUMN body SET STORAGE EXTERNAL;

-- The same numbers on every version and machine.
CREATE FUNCTION roll(seed bigint, salt bigint, sides integer) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT (hashint8extended(seed, salt) & 2147483647)::integer % sides $$;

-- 40,000 phrases of three made-up words: more than any fast compressor keeps in its window.
CREATE TABLE phrases AS
SELECT n AS id, string_agg(
    (ARRAY['ba', 'cor', 'dun', 'el', 'fi', 'gra', 'hol', 'in'])[1 + roll(n, word * 10, 8)]
      || (ARRAY['ta', 'me', 'ri', 'no', 'ster', 'la', 'qu', ''])[1 + roll(n, word * 10 + 1, 8)]
      || (ARRAY['ne', 'd', 'ss', 'um', 'ly', 'vo', 'rt', 'x'])[1 + roll(n, word * 10 + 2, 8)], ' ' ORDER BY word) AS words
FROM generate_series(0, 39999) n, generate_series(1, 3) word
GROUP BY n;
ALTER TABLE phrases ADD PRIMARY KEY (id);
