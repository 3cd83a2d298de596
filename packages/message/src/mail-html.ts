import { blocks } from './html-blocks.ts'
import { markup } from './html.ts'
import { darkRules, paint } from './html-look.ts'
import type { Message } from './message.ts'

/**
 * A message as one HTML document for mail clients: tables for layout, styles inline, dark where the reader's system
 * is, nothing to fetch, and no script. Everything in it is escaped.
 */
export function mailHtml(message: Message): string {
  const { subject, sentence, tone } = message
  const card = paint({
    ground: 'card',
    more: 'width:100%;max-width:600px;border-radius:8px;overflow:hidden',
  })
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${subject}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
${{ html: darkRules }}
}
</style>
</head>
<body ${paint({ ground: 'page', more: 'margin:0;padding:0;-webkit-text-size-adjust:100%' })}>
<div style="display:none;max-height:0;overflow:hidden">${sentence}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" ${paint({ ground: 'page' })}>
<tr><td align="center" style="padding:16px 8px">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" ${card}>
<tr><td height="6" ${paint({ ground: tone, more: 'height:6px;font-size:0;line-height:0' })}>&nbsp;</td></tr>
<tr><td style="padding:20px 20px">
${blocks(message)}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`.html
}
