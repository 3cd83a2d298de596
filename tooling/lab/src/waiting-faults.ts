/** Faults of a double that wait for the requests that they are to meet. */
export interface WaitingFaults<Fault, Request> {
  add: (fault: Fault) => void
  clear: () => void
  /** The fault that this request meets, if any, counted as met. */
  next: (request: Request) => Fault | undefined
}

/** Each fault meets as many requests as its `times` says, once unless set, of those that `meets` says it is for. */
export function createWaitingFaults<Fault extends { times?: number }, Request>(
  meets: (fault: Fault, request: Request) => boolean,
): WaitingFaults<Fault, Request> {
  let waiting: { fault: Fault; left: number }[] = []
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    clear: () => {
      waiting = []
    },
    next: (request) => {
      const found = waiting.find(({ fault, left }) => left > 0 && meets(fault, request))
      if (found === undefined) return undefined
      found.left--
      return found.fault
    },
  }
}
