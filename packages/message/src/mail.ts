import type { Notification } from '@holdfast/plugin'
import { messageOf } from './compose.ts'
import { mailHtml } from './mail-html.ts'
import { mailText } from './mail-text.ts'

/** A mail without its addresses. */
export interface Mail {
  /** On one line, whatever is in the notification. */
  subject: string
  text: string
  html: string
  /** With the angle brackets; the same when the same is told again, so that a mailbox can tell. */
  messageId: string
  /** High for what has failed. */
  priority: 'high' | 'normal'
  headers: Record<string, string>
}

/** The mail that tells a notification. `from` is the sender's address, whose domain the message id is in. */
export function mailOf(notification: Notification, from: string): Mail {
  const message = messageOf(notification)
  const domain = /@([\w.-]+)>?$/.exec(from)?.[1] ?? 'holdfast.invalid'
  const id = notification.id.replace(/[^\w.-]/g, '-').slice(0, 120)
  return {
    subject: message.subject,
    text: mailText(message),
    html: mailHtml(message),
    messageId: `<holdfast-${id}@${domain}>`,
    priority: message.tone === 'bad' ? 'high' : 'normal',
    headers: {
      // Nobody's holiday notice is to answer, and some services replace the message id.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Holdfast-Event': notification.event,
      'Holdfast-Notification': id,
    },
  }
}
