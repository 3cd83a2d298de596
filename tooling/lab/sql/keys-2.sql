-- Runs beside keys-1.sql; the two take no lock that the other one needs.
SET client_min_messages = warning;

ALTER TABLE shop.customers ADD PRIMARY KEY (id), ADD UNIQUE (public_id);
CREATE UNIQUE INDEX customers_email ON shop.customers (lower(email)) INCLUDE (full_name);
ALTER TABLE shop.orders
  ADD PRIMARY KEY (id, placed_at),
  ADD FOREIGN KEY (customer_id) REFERENCES shop.customers;
ALTER TABLE shop.order_lines
  ADD PRIMARY KEY (order_id, line),
  ADD FOREIGN KEY (order_id, placed_at) REFERENCES shop.orders;
ALTER TABLE shop.payments
  ADD PRIMARY KEY (id),
  ADD FOREIGN KEY (order_id, placed_at) REFERENCES shop.orders DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE shop.reviews
  ADD PRIMARY KEY (id),
  ADD FOREIGN KEY (customer_id) REFERENCES shop.customers ON DELETE SET NULL;
ALTER TABLE warehouse.stock
  ADD PRIMARY KEY (location_id, product_id),
  ADD FOREIGN KEY (location_id) REFERENCES warehouse.locations;
CREATE INDEX locations_place ON warehouse.locations USING spgist (place);
CREATE INDEX shipments_travelled ON warehouse.shipments USING gist (travelled);
