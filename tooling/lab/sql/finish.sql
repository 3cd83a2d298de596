SET client_min_messages = warning;
SET TimeZone = 'UTC';

ALTER TABLE shop.order_lines ADD FOREIGN KEY (product_id) REFERENCES shop.products;
ALTER TABLE shop.reviews ADD FOREIGN KEY (product_id) REFERENCES shop.products;

CREATE FUNCTION shop.log_change() RETURNS trigger
  LANGUAGE plpgsql
  AS $function$
BEGIN
  INSERT INTO shop.audit_log (table_name, operation, old_row, new_row, happened_at)
  VALUES (TG_RELID, TG_OP, to_jsonb(OLD), to_jsonb(NEW), '2026-11-22 03:00:00.000001+00');
  RETURN NEW;
END
$function$;
COMMENT ON FUNCTION shop.log_change() IS 'Writes shop.audit_log; a restore must not make it fire.';

CREATE TRIGGER coupons_are_audited
  AFTER INSERT OR UPDATE OR DELETE ON shop.coupons
  FOR EACH ROW EXECUTE FUNCTION shop.log_change();
UPDATE shop.coupons SET percent_off = percent_off + 0.5 WHERE code LIKE 'SAVE1%';
DELETE FROM shop.coupons WHERE code = 'SAVE13';

CREATE VIEW shop.open_orders WITH (security_barrier) AS
  SELECT o.id, o.placed_at, c.full_name, (o.deliver_to).city AS city, o.total
  FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id
  WHERE o.status IN ('new', 'paid', 'packed');

CREATE MATERIALIZED VIEW shop.monthly_revenue AS
  SELECT date_trunc('month', placed_at AT TIME ZONE 'UTC') AS month, count(*) AS orders, sum(total) AS revenue
  FROM shop.orders
  GROUP BY 1;
CREATE UNIQUE INDEX ON shop.monthly_revenue (month);

CREATE STATISTICS shop.stock_is_dependent (dependencies) ON location_id, product_id FROM warehouse.stock;
SELECT setval('shop.invoice_number', 700001, true);
ANALYZE;
