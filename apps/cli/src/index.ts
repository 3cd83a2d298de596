export { type ConfigInput, defineConfig } from '@holdfast/core'
