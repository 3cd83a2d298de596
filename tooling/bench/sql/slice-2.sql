INSERT INTO events
SELECT :slice * 100000 + n,
  '2025-01-01'::timestamptz + (:slice * 100000 + n) * interval '1.37 seconds',
  jsonb_build_object(
    'session', md5(:slice || ' ' || n / 7), 'customer', roll(n, :slice + 1000, 1000000),
    'page', '/products/' || roll(n, :slice + 2000, 50000), 'name', (ARRAY['viewed', 'added', 'searched', 'paid'])[1 + n % 4],
    'duration', roll(n, :slice + 3000, 1000000) / 1000.0,
    'device', jsonb_build_object('width', 320 + roll(n, :slice + 4000, 3000), 'agent', 'Mozilla/5.0 (X11; Linux x86_64) build ' || n % 977),
    'tags', jsonb_build_array(n % 13, n % 17, 'tag-' || n % 31))
FROM generate_series(1, 52000) n;

INSERT INTO measurements
SELECT :slice * 1000000 + n, roll(n, :slice + 5000, 3000),
  '2025-01-01'::timestamptz + (:slice * 1000000 + n) * interval '0.25 seconds',
  roll(n, :slice + 6000, 90000000) / 10000.0, roll(n, :slice + 7000, 90000) / 10000.0, roll(n, :slice + 8000, 90000) / 100.0
FROM generate_series(1, 190000) n;

INSERT INTO files
SELECT :slice * 100000 + n, 'file ' || n || '.bin',
  (SELECT string_agg(sha512(convert_to(:slice || ' ' || n || ' ' || k, 'UTF8')), '') FROM generate_series(1, 20 + roll(n, :slice, 460)) k)
FROM generate_series(1, 900) n;
