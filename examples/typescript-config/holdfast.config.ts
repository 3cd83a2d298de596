// Every database of a server, without writing each of them down twice.
import { defineConfig } from 'holdfast'

const databases = ['shop', 'warehouse']

export default defineConfig({
  jobs: Object.fromEntries(
    databases.map((name) => [
      name,
      {
        // Variables work in every string, as they do in YAML.
        database: `\${DATABASE_SERVER}/${name}`,
        storages: [
          {
            use: 'local',
            options: { path: '${BACKUP_DIRECTORY:-./backups}' },
            retention: { daily: 7, weekly: 4, monthly: 12 },
          },
        ],
      },
    ]),
  ),
})
