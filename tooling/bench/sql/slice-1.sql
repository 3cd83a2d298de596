INSERT INTO articles
SELECT :slice * 100000 + n, 'Article ' || n,
  (SELECT string_agg(words, (ARRAY[' ', ', ', '. '])[1 + roll(n + id, :slice, 3)])
   FROM (SELECT roll(n, :slice * 100 + k, 40000) AS pick FROM generate_series(1, 60) k) picks JOIN phrases ON id = pick)
FROM generate_series(1, 13000) n;
