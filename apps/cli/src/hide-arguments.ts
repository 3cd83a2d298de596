const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#:@]*:[^@]+@|[?&\s]password\s*=|^password\s*=/i

/** True for an argument that carries a password, such as a URL with one. */
export function hasPassword(argument: string): boolean {
  return password.test(argument)
}

/**
 * Arguments are for everybody on this machine to read, in `ps`. Where one has a password, what can be read there is
 * overwritten as soon as possible; for a moment it was there all the same.
 */
export function hideSecretArguments(argv: readonly string[]): void {
  if (argv.some(hasPassword))
    process.title = `holdfast ${argv.filter((one) => /^[a-z-]+$/.test(one)).join(' ')}`
}
