// A notifier of your own: tells a monitor how each run went.
import { definePlugin, HoldfastError, OptionsError, Secret } from '@holdfast/plugin'

export default definePlugin({
  kind: 'notifier',
  name: 'ping',

  parseOptions(input) {
    const { url } = (input ?? {}) as { url?: unknown }
    if (typeof url !== 'string' || !URL.canParse(url)) {
      throw new OptionsError([{ path: ['url'], message: 'must be the URL of the monitor' }])
    }
    // Whoever knows the address can ping it. As a Secret it is never printed, logged or stored.
    return { url: new Secret(url) }
  },

  create: ({ url }) => ({
    async notify({ job, event }, signal) {
      const answer = await fetch(url.reveal(), {
        method: 'POST',
        body: `${job}: ${event}`,
        signal,
      }).catch((cause: unknown) => {
        throw new HoldfastError('NOTIFY_UNAVAILABLE', 'the monitor can not be reached', {
          retryable: true,
          cause,
        })
      })
      if (answer.ok) return
      throw new HoldfastError('NOTIFY_REFUSED', `the monitor answered ${answer.status}`, {
        retryable: answer.status >= 500,
      })
    },
  }),
})
