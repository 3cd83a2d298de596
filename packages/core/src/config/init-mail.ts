import type { Environment } from './interpolate.ts'

/**
 * Who is told by mail, from NOTIFICATION_EMAIL: through SMTP where SMTP_URL names a server, through SES where backups go
 * to S3 anyway, else through the mail server of this machine. Each works as it stands, and no variable has to be set.
 */
export function mailLines(
  { NOTIFICATION_EMAIL, SMTP_URL, S3_BACKUP_BUCKET }: Environment,
  notes: string[],
): string[] {
  if (!NOTIFICATION_EMAIL) return nobody
  const addresses = NOTIFICATION_EMAIL.split(/[,;\s]+/).filter((address) => address !== '')
  const [first] = addresses
  if (first === undefined || !addresses.every(isAddress)) {
    notes.push(
      `NOTIFICATION_EMAIL is ${JSON.stringify(NOTIFICATION_EMAIL)}, which is no mail address, so it is left out.`,
    )
    return nobody
  }
  const domain = first.slice(first.lastIndexOf('@') + 1)
  const usesSes = !SMTP_URL && Boolean(S3_BACKUP_BUCKET)
  notes.push(usesSes ? sesNote(domain) : smtpNote(SMTP_URL))
  return [
    '# Who is told of failures, suspect and missed backups, and of the first success after them. From NOTIFICATION_EMAIL.',
    '# Try it with: holdfast notify test',
    'notifiers:',
    ...(usesSes ? sesStart : smtpStart),
    `      from: \${NOTIFICATION_FROM:-backups@${domain}}`,
    `      to: [${addresses.map((address) => JSON.stringify(address)).join(', ')}]`,
    '',
  ]
}

/** Without an address. */
const nobody = [
  '# Who is told of failures, suspect and missed backups, and of the first success after them: nobody yet. Write these lines',
  '# without their # in place of the last one, and try them with: holdfast notify test. Slack, PagerDuty and others: use:',
  '# slack, use: webhook.',
  '# notifiers:',
  '#   - use: smtp',
  '#     options:',
  '#       # smtp://user:password@mail.example.com:587, which is encrypted by STARTTLS, or smtps:// for port 465.',
  '#       url: ${SMTP_URL:-smtp://localhost:25}',
  '#       from: backups@example.com',
  '#       to: [oncall@example.com]',
  'notifiers: []',
  '',
]

const sesStart = [
  '  # Amazon SES, with the credentials and the region that the AWS tools use (AWS_REGION).',
  '  - use: ses',
  '    options:',
  '      # Verified in SES, or an address of a domain that is.',
]

const smtpStart = [
  '  - use: smtp',
  '    options:',
  '      # smtp://user:password@mail.example.com:587, which is encrypted by STARTTLS, or smtps:// for port 465.',
  '      url: ${SMTP_URL:-smtp://localhost:25}',
]

function sesNote(domain: string): string {
  return `Mail goes through Amazon SES from backups@${domain}, or NOTIFICATION_FROM: verify that sender there, then try: holdfast notify test.`
}

function smtpNote(url: string | undefined): string {
  return url
    ? 'Mail goes through the server of SMTP_URL; try it with: holdfast notify test.'
    : "Mail goes through this machine's own mail server, unless SMTP_URL names another; try it with: holdfast notify test."
}

function isAddress(text: string): boolean {
  return /^[\w.+'=-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text)
}
