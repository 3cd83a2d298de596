/** What `inject` gives to the integration tests. */
export interface ProvidedToTests {
  /** The superuser's URL of the server that every integration test shares; each file makes its own databases. */
  postgresUrl: string
}

declare module 'vitest' {
  interface ProvidedContext extends ProvidedToTests {}
}
