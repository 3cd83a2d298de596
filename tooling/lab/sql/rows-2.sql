-- Runs beside rows-1.sql in a session of its own; neither needs the other's rows.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL TimeZone = 'UTC';

INSERT INTO shop.customers (public_id, email, full_name, address, languages, preferences, last_login_from, born, created_at)
SELECT
  md5('customer' || n)::uuid,
  'customer.' || n || '@example.org',
  names[1 + sample_dice.roll(n, 21, 16)],
  ROW ('Main Street ' || n % 300, lpad((n * 37 % 99999)::text, 5, '0'), cities[1 + sample_dice.roll(n, 22, 12)], 'XX')::shop.postal_address,
  (ARRAY['en', 'pl', 'el', 'ar', 'zh', 'hi'])[1 + n % 3 : 1 + n % 3 + n % 2],
  jsonb_build_object('newsletter', n % 3 = 0, 'theme', (ARRAY['light', 'dark'])[1 + n % 2], 'recent', jsonb_build_array(n % 7, n % 11, NULL)),
  ('10.' || n / 65536 % 256 || '.' || n / 256 % 256 || '.' || n % 256)::inet,
  CASE WHEN n % 10 > 0 THEN '1950-01-01'::date + sample_dice.roll(n, 23, 20000) END,
  '2023-06-01'::timestamptz + n * interval '61 minutes'
FROM generate_series(1, sample_dice.rows_of(20000)) n, sample_dice.words;

INSERT INTO shop.orders
SELECT
  n,
  '2023-12-20'::timestamptz + n * (interval '1000 days' / sample_dice.rows_of(45000)),
  1 + sample_dice.roll(n, 24, sample_dice.rows_of(20000)),
  (enum_range(NULL::shop.order_status))[1 + sample_dice.roll(n, 25, 6)],
  CASE WHEN n % 5 = 0 THEN ROW ('Side Street ' || n % 90, NULL, cities[1 + n % 12], 'YY')::shop.postal_address END,
  CASE WHEN n % 4 > 0 THEN shop.next_invoice() END,
  sample_dice.roll(n, 26, 90000) / 100.0,
  CASE WHEN n % 8 = 0 THEN sentences[1 + n % 12] END
FROM generate_series(1, sample_dice.rows_of(45000)) n, sample_dice.words;

INSERT INTO shop.order_lines
SELECT
  n,
  '2023-12-20'::timestamptz + n * (interval '1000 days' / sample_dice.rows_of(45000)),
  line,
  1000 + sample_dice.roll(n * 8 + line, 27, sample_dice.rows_of(4000)),
  1 + sample_dice.roll(n * 8 + line, 28, 4),
  sample_dice.roll(n * 8 + line, 29, 9999999) / 10000.0,
  CASE WHEN n % 3 = 0 THEN jsonb_build_object('gift', line = 1, 'engraving', names[1 + n % 16]) END
FROM generate_series(1, sample_dice.rows_of(45000)) n, sample_dice.words, generate_series(1, 1 + n % 4) line;

INSERT INTO shop.payments
SELECT
  md5('payment' || n)::uuid,
  n,
  '2023-12-20'::timestamptz + n * (interval '1000 days' / sample_dice.rows_of(45000)),
  sample_dice.roll(n, 30, 9999999) / 10000.0,
  (ARRAY['EUR', 'PLN', 'JPY'])[1 + n % 3],
  jsonb_build_object('provider', 'example', 'reference', md5('reference' || n), 'tries', 1 + n % 3),
  sha256(convert_to('signature' || n, 'UTF8')),
  '2023-12-20'::timestamptz + n * (interval '1000 days' / sample_dice.rows_of(45000)) + interval '3 minutes'
FROM generate_series(1, sample_dice.rows_of(45000)) n
WHERE n % 9 > 0;

INSERT INTO shop.reviews (product_id, customer_id, stars, body, helpful_for, written_at)
SELECT
  1000 + sample_dice.roll(n, 31, sample_dice.rows_of(4000)),
  1 + sample_dice.roll(n, 32, sample_dice.rows_of(20000)),
  1 + sample_dice.roll(n, 33, 5),
  names[1 + n % 16] || ': ' || sentences[1 + sample_dice.roll(n, 34, 12)] || E'\n' || sentences[1 + sample_dice.roll(n, 35, 12)]
    || ' ' || md5('review' || n),
  CASE WHEN n % 2 = 0 THEN ARRAY[n, n + 1, n * 3] ELSE '{}' END,
  '2024-01-01'::timestamptz + n * interval '43 minutes 0.123456 seconds'
FROM generate_series(1, sample_dice.rows_of(20000)) n, sample_dice.words;

INSERT INTO warehouse.locations
SELECT n, cities[n], point(n * 7.25 - 90, n * 3.5), '06:30', '23:59:59.999999'
FROM generate_series(1, 12) n, sample_dice.words;

INSERT INTO warehouse.stock
SELECT 1 + n % 12, 1000 + n / 12, sample_dice.roll(n, 36, 500), '2026-03-29 02:30'::timestamp - n * interval '1 minute',
  (n % 256)::bit(8)
FROM generate_series(0, 12 * sample_dice.rows_of(4000) / 2 - 1) n;

INSERT INTO warehouse.shipments
SELECT
  md5('shipment' || n)::uuid,
  n,
  '2023-12-20'::timestamptz + n * (interval '1000 days' / sample_dice.rows_of(45000)),
  tstzrange('2024-01-01'::timestamptz + n * interval '1 hour', '2024-01-03'::timestamptz + n * interval '1 hour', '[)'),
  make_interval(months => n % 2, days => n % 9, secs => n / 7.0),
  CASE n % 500 WHEN 1 THEN float8 'NaN' WHEN 2 THEN 'Infinity' WHEN 3 THEN '-0' ELSE sample_dice.roll(n, 37, 99999) / 777.0 END,
  CASE WHEN n % 6 = 0 THEN ('<status code="' || n % 7 || '">delivered</status>') END
FROM generate_series(1, sample_dice.rows_of(15000)) n;

INSERT INTO "Legacy Data"."Order Notes (old)"
SELECT n, CASE WHEN n % 2 = 0 THEN '' END, sentences[1 + n % 12], n / 3.0
FROM generate_series(1, 500) n, sample_dice.words;

INSERT INTO "Legacy Data"."Archived Notes"
SELECT n, NULL, names[1 + n % 16], NULL, '1999-12-31'::date + n
FROM generate_series(501, 700) n, sample_dice.words;

COMMIT;
