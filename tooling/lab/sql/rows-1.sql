-- Runs beside rows-2.sql in a session of its own; neither needs the other's rows.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL TimeZone = 'UTC';

INSERT INTO shop.categories
SELECT n, nullif(n / 6, 0), 'Category ' || n, ARRAY['root', 'level ' || n % 6, 'Category ' || n]
FROM generate_series(1, 60) n;

INSERT INTO shop.products (sku, category_id, title, description, net_price, tax_percent, dimensions_mm, attributes, discontinued)
SELECT
  'SKU-' || upper(substr(md5('sku' || n), 1, 10)),
  1 + sample_dice.roll(n, 1, 60),
  'Kettle no. ' || n || ' of ' || cities[1 + sample_dice.roll(n, 2, 12)],
  sentences[1 + sample_dice.roll(n, 3, 12)] || ' ' || sentences[1 + sample_dice.roll(n, 4, 12)],
  (100 + sample_dice.roll(n, 5, 99900)) / 100.0,
  (ARRAY[7, 19, 20, 25.5])[1 + sample_dice.roll(n, 6, 4)],
  ARRAY[1 + sample_dice.roll(n, 7, 900), 1 + sample_dice.roll(n, 8, 900), 1 + sample_dice.roll(n, 9, 900)],
  jsonb_build_object('colour', (ARRAY['red', 'зелёный', '青', 'أسود'])[1 + n % 4], 'watts', sample_dice.roll(n, 10, 3000),
                     'certificates', jsonb_build_array('CE', 'UL', n % 97), 'nothing', NULL),
  n % 41 = 0
FROM generate_series(1, sample_dice.rows_of(4000)) n, sample_dice.words;

INSERT INTO shop.product_translations
SELECT 1000 + n, locale, names[ordinality::integer] || ' ' || n, sentences[ordinality::integer]
FROM generate_series(0, sample_dice.rows_of(2000) - 1) n, sample_dice.words,
  unnest(ARRAY['en', 'ru', 'el', 'ar', 'he', 'zh']) WITH ORDINALITY AS l (locale, ordinality);

INSERT INTO shop.product_images
SELECT 1000 + n, 1 + n % 3, 'image/jpeg', content, sha256(content)
FROM generate_series(0, sample_dice.rows_of(1400) - 1) n,
  LATERAL (SELECT sample_dice.bytes('image' || n, 60 + sample_dice.roll(n, 11, 500))) image (content);

INSERT INTO shop.coupons
SELECT 'SAVE' || n, 5 + n % 20, daterange('2024-01-01'::date + n * 14, '2024-01-01'::date + n * 14 + 14),
  ARRAY[1 + n % 60, 1 + n * 7 % 60]
FROM generate_series(0, 80) n;

INSERT INTO shop.events
SELECT
  sample_dice.roll(n, 12, 20000),
  '2025-01-01'::timestamptz + n * interval '37.003 seconds',
  (ARRAY['page viewed', 'added to basket', 'search', 'checkout', 'payment refused'])[1 + sample_dice.roll(n, 13, 5)],
  jsonb_build_object('session', md5('session' || n / 9), 'url', '/products/' || sample_dice.roll(n, 14, 4000),
                     'browser', jsonb_build_object('width', 320 + sample_dice.roll(n, 15, 3000), 'language', cities[1 + n % 12]),
                     'ms', sample_dice.roll(n, 16, 90000) / 7.0)
FROM generate_series(1, sample_dice.rows_of(110000)) n, sample_dice.words;

INSERT INTO shop.documents
SELECT 'terms and conditions ' || n || '.pdf',
  lo_from_bytea(0, sample_dice.bytes('document' || n, 500 * n)),
  '2024-02-29 12:00+00'::timestamptz + n * interval '1 month'
FROM generate_series(1, 5) n;

COMMIT;
