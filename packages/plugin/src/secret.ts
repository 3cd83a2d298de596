import { inspect } from 'node:util'

/**
 * A value that must not be printed. Whatever turns it into text (a template, JSON, console.log) gets
 * `[secret]`; only `reveal()` gives the value. Core redacts the value of every Secret that it finds in a
 * plugin's parsed options from everything that is written anywhere.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
