import type { Context } from './context.ts'

/** Does what a command is for and resolves with its exit code; 0 when it says nothing. */
export type Action = (context: Context) => Promise<number | void>

/** Runs a command's action. Everything that it needs is imported here and not before, so that help stays fast. */
export async function perform(
  command: string,
  options: { json?: true | undefined; quiet?: true | undefined },
  action: Action,
): Promise<void> {
  const { runAction } = await import('./run-action.ts')
  await runAction(command, { json: options.json === true, quiet: options.quiet === true }, action)
}
