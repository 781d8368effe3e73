/** How the page looks, on a screen and on paper. */
export const STYLE = `
:root { color-scheme: light; --line: #b9c0c8; --soft: #f3f5f7; --text: #17202a; --muted: #4a5563; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 90rem; padding: 1.5rem; color: var(--text); background: #fff;
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
p { max-width: 70rem; }
header .state { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-weight: 600; border: 2px solid; }
.state.good { color: #0b5d1e; } .state.bad { color: #a30d11; } .state.unsure { color: #7a4b00; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
caption { text-align: left; color: var(--muted); padding: .25rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .45rem; text-align: left; vertical-align: top; overflow-wrap: break-word; }
thead th { white-space: nowrap; } td.day, span.day { white-space: nowrap; } td.short { overflow-wrap: anywhere; min-width: 6rem; }
td.long { overflow-wrap: anywhere; min-width: 11rem; }
thead th { background: var(--soft); position: sticky; top: 0; }
tbody th { font-weight: 600; }
td ul { margin: 0; padding-left: 1.1rem; }
.wide { overflow-x: auto; }
.status { font-weight: 600; }
.status.approved { color: #0b5d1e; } .status.drift { color: #a30d11; }
code { font: .92em ui-monospace, "Cascadia Mono", Consolas, monospace; overflow-wrap: anywhere; }
button.sort { all: unset; cursor: pointer; padding: 0 .3rem; } button.sort:focus-visible { outline: 2px solid #0a58ca; }
.filter { margin: .5rem 0; } .filter input { font: inherit; padding: .25rem .5rem; width: min(30rem, 100%); border: 1px solid #6b7480; }
svg { max-width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; text-anchor: middle; fill: var(--text); }
svg rect { fill: #fff; stroke: #5b6672; } svg .who rect { fill: #e8f0fe; } svg .group rect { fill: #f3f5f7; }
svg .source rect { stroke-dasharray: 4 3; } svg .agency rect { fill: #fdf0dc; } svg .policy rect { fill: #eef7ee; } svg .permission rect { fill: #fde8e8; }
svg .edge { fill: none; stroke: #7a8591; }
footer { margin-top: 2rem; color: var(--muted); font-size: .85rem; }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 8.5pt; }
  h2 { break-after: avoid; } tr, svg, dl { break-inside: avoid; } thead { display: table-header-group; }
  thead th { position: static; } .filter, button.sort { display: none; } .wide { overflow: visible; } table { font-size: 7pt; } thead th { white-space: normal; } td.short { overflow-wrap: anywhere; min-width: 6rem; }
td.long { min-width: 2.5cm; } td.short { min-width: 1.6cm; }
  a { color: inherit; text-decoration: none; }
}
`.trim()
