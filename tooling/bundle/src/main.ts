// Bundles the app in the working directory.
import { bundleApp } from './bundle-app.ts'

await bundleApp(process.cwd())
