import { setFlagsFromString } from 'node:v8'

// Imported first. A process that waits for years should not keep the room that it needed to start: new objects get as
// much as they do in a small program, which costs a run nothing that could be measured.
setFlagsFromString('--semi-space-growth-factor=1')
