import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { EngineState } from '../engine/engine.ts'
import type { Task } from '../engine/task.ts'

/** What the engine and its process say of themselves. */
export interface EngineMetrics {
  registry: Registry
  reloaded(ok: boolean): void
  /** An error that nobody caught, or a mistake of ours in a task. */
  crashed(): void
}

/** How often prom-client looks how late timers are, in milliseconds; its usual 10 would keep an idle process awake. */
const seldomMs = 1000

/** What it makes of these looks; they count from one look to the next, so seldom ones say nothing. */
const lags = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']

/** How late timers are right now, it measures whenever somebody asks. */
function collectProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: seldomMs })
  for (const lag of lags) register.removeSingleMetric(`nodejs_eventloop_lag_${lag}_seconds`)
}

export function createEngineMetrics(state: () => EngineState<Task>, now: () => Date): EngineMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectProcessMetrics(registry)
  new Gauge({
    name: 'holdfast_cron_running',
    help: 'Tasks that run now.',
    registers,
    collect() {
      this.set(state().running.length)
    },
  })
  new Gauge({
    name: 'holdfast_cron_waiting',
    help: 'Tasks that are due and wait for a place.',
    registers,
    collect() {
      this.set(state().waiting.length)
    },
  })
  new Gauge({
    name: 'holdfast_cron_last_look_timestamp_seconds',
    help: 'When it was last looked at what is due.',
    registers,
    collect() {
      const { lookedAt } = state()
      if (lookedAt !== undefined) this.set(lookedAt.getTime() / 1000)
    },
  })
  const reloadOk = new Gauge({
    name: 'holdfast_cron_config_last_reload_successful',
    help: 'Whether the configuration in use is that of the file: 1, or 0 after one that was refused.',
    registers,
  })
  const reloadAt = new Gauge({
    name: 'holdfast_cron_config_last_reload_success_timestamp_seconds',
    help: 'When the configuration in use was read.',
    registers,
  })
  const crashes = new Counter({
    name: 'holdfast_cron_crashes_total',
    help: 'Errors that nobody caught. The process goes on; each is in the log.',
    registers,
  })
  return {
    registry,
    reloaded: (ok) => {
      reloadOk.set(ok ? 1 : 0)
      if (ok) reloadAt.set(now().getTime() / 1000)
    },
    crashed: () => crashes.inc(),
  }
}
