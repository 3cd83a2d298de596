import { markup, type Html } from './html.ts'
import { paint } from './html-look.ts'
import type { SizeBar, SizeHistory, Tone } from './message.ts'

const heightPixels = 48

/** The sizes as bars made of table cells: no picture has to be fetched, and every client draws them. */
export function sizeBars({ bars, summary }: SizeHistory, tone: Tone): Html {
  return markup`<table role="img" aria-label="${summary}" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse">
<tr>${bars.map((bar) => column(bar, tone))}</tr>
</table>
<p ${paint({ ink: 'quiet', font: 'small', more: 'margin:6px 0 0' })}>${summary}</p>`
}

// A fixed width of 7 and 2 pixels: thirty of them fit on a phone.
function column({ share, current }: SizeBar, tone: Tone): Html {
  const height = Math.max(2, Math.round(share * heightPixels))
  const bar = paint({
    ground: current ? tone : 'neutral',
    more: `font-size:0;line-height:0;height:${height}px`,
  })
  return markup`<td valign="bottom" style="height:${heightPixels}px;padding:0 2px 0 0;vertical-align:bottom"><table cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse"><tr><td width="7" height="${height}" ${bar}>&nbsp;</td></tr></table></td>`
}
