-- Runs beside keys-2.sql; the two take no lock that the other one needs.
SET client_min_messages = warning;
DROP SCHEMA sample_dice CASCADE;

ALTER TABLE shop.products
  ADD PRIMARY KEY (id),
  ADD UNIQUE (sku),
  ADD FOREIGN KEY (category_id) REFERENCES shop.categories;
CREATE INDEX products_attributes ON shop.products USING gin (attributes jsonb_path_ops);
CREATE INDEX products_search ON shop.products USING gin (search);
CREATE INDEX products_on_sale ON shop.products (net_price DESC, lower(title)) WHERE NOT discontinued;
ALTER TABLE shop.product_images
  ADD PRIMARY KEY (product_id, position),
  ADD FOREIGN KEY (product_id) REFERENCES shop.products;
ALTER TABLE shop.product_translations
  ADD PRIMARY KEY (product_id, locale),
  ADD FOREIGN KEY (product_id) REFERENCES shop.products ON DELETE CASCADE;
CREATE INDEX product_translations_title ON shop.product_translations USING hash (title);
CREATE INDEX events_happened_at ON shop.events USING brin (happened_at);
