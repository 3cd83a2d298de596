import { execaSync } from 'execa'

/** Whether a program can be run here, as `isLeftOut` wants to know it; `debianPackage` is named where it can not. */
export function presenceOf(
  program: string,
  {
    debianPackage = program,
    environment = process.env,
  }: { debianPackage?: string; environment?: NodeJS.ProcessEnv } = {},
): { isHere: boolean; because: string } {
  const { failed } = execaSync(program, ['--version'], { reject: false, extendEnv: false, env: environment })
  return { isHere: !failed, because: `${program} is not installed (it is in Debian's ${debianPackage})` }
}
