import type { Command } from 'commander'
import { bashScript } from '../completion/bash.ts'
import { fishScript } from '../completion/fish.ts'
import { completionModel } from '../completion/model.ts'
import { zshScript } from '../completion/zsh.ts'
import type { Context } from '../context.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript }

export type Shell = keyof typeof scripts

export async function completion(shell: Shell, program: Command, { stdout }: Context): Promise<void> {
  stdout.write(scripts[shell](completionModel(program)))
}
