import { Option, type Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { configOption, examples, jsonOption, wholeNumber } from './options.ts'

const help = `
holdfast-cron runs jobs by these schedules. For a scheduler of your own, print
what to paste there; each line runs one command of this program.
${examples([
  ['holdfast schedule', 'when each job runs next'],
  ['holdfast schedule shop --count 10', 'more of one job'],
  ['holdfast schedule --crontab | crontab -', 'for cron: replaces your crontab'],
  ['holdfast schedule --systemd', 'a service and a timer for each'],
  ['holdfast schedule --kubernetes', 'a CronJob for each'],
])}`

export function addSchedule(program: Command): void {
  program
    .command('schedule')
    .helpGroup('Look:')
    .summary('when each job runs next')
    .description('Shows when each job runs next, in its own time zone and in words.')
    .argument('[job]', 'only of this job')
    .addOption(new Option('--count <number>', 'how many times to show').default(3).argParser(wholeNumber(1)))
    .addOption(
      new Option('--crontab', 'print the lines of a crontab').conflicts(['systemd', 'kubernetes', 'json']),
    )
    .addOption(new Option('--systemd', 'print services and timers').conflicts(['kubernetes', 'json']))
    .addOption(new Option('--kubernetes', 'print CronJobs').conflicts(['json']))
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((job, options) =>
      perform('schedule', options, async (context) =>
        (await import('../actions/schedule.ts')).schedule(job, options, context),
      ),
    )
}
