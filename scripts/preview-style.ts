/** How the preview looks: near enough to GitHub to judge what a reader sees. */
export const STYLE = `
:root { color-scheme: light; --line: #d1d9e0; --soft: #f6f8fa; --text: #1f2328; --muted: #59636e; --link: #0969da; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: #fff; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
header { background: var(--soft); border-bottom: 1px solid var(--line); padding: 1rem 2rem; }
nav ol { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: .5rem 0 0; padding-left: 1.2rem; }
a { color: var(--link); }
main { max-width: 1280px; margin: 0 auto; padding: 0 2rem 4rem; }
section > h1 { margin: 3rem 0 0; font-size: 26px; font-weight: 600; }
.about { color: var(--muted); margin: 0 0 1rem; }
article { border: 1px solid var(--line); border-radius: 6px; margin: 1.5rem 0; overflow: hidden; }
article > h2 { font-size: 14px; margin: 0; padding: .6rem 1rem; background: var(--soft); border-bottom: 1px solid var(--line); }
article > .markdown { padding: 1rem 2rem 1.5rem; }
.issue { border: 0; overflow: visible; }
.issue > h2 { background: none; border: 0; padding: 0; font-size: 26px; font-weight: 400; line-height: 1.25; }
.issue .number { color: var(--muted); font-weight: 300; }
.facts { margin: .5rem 0 1rem; padding-bottom: 1rem; border-bottom: 1px solid var(--line); }
.pill { display: inline-block; border-radius: 2em; padding: 5px 12px; color: #fff; font-weight: 500; background: #1a7f37; }
.pill.closed { background: #8250df; }
.label { border-radius: 2em; padding: 0 8px; font-size: 12px; font-weight: 500; background: #ddf4ff; color: #0550ae; border: 1px solid #54aeff66; }
.said { border: 1px solid var(--line); border-radius: 6px; margin: 0 0 1rem; }
.said .by { background: var(--soft); border-bottom: 1px solid var(--line); border-radius: 6px 6px 0 0; padding: .5rem 1rem; color: var(--muted); }
.said .by strong { color: var(--text); }
.said .markdown { padding: 1rem; }
.bot { border: 1px solid var(--line); border-radius: 2em; font-size: 12px; padding: 0 6px; }
.markdown { overflow-wrap: anywhere; }
.markdown > :first-child { margin-top: 0; }
.markdown h1, .markdown h2 { border-bottom: 1px solid #d1d9e0b3; padding-bottom: .3em; line-height: 1.25; margin: 24px 0 16px; font-weight: 600; }
.markdown h1 { font-size: 2em; } .markdown h2 { font-size: 1.5em; } .markdown h3 { font-size: 1.25em; } .markdown h4 { font-size: 1em; }
.markdown p, .markdown ul, .markdown ol, .markdown details, .wide { margin: 0 0 16px; }
.markdown ul, .markdown ol { padding-left: 2em; }
.markdown details > :not(summary) { margin-left: 0; }
.markdown summary { cursor: pointer; }
.markdown details[open] > summary { margin-bottom: 8px; }
.markdown code { background: #818b981f; border-radius: 6px; padding: .2em .4em; font: 85% ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.markdown h1 code, .markdown h2 code, .markdown h3 code { font-size: inherit; padding: 0 .2em; }
.markdown pre { background: var(--soft); border-radius: 6px; padding: 16px; overflow-x: auto; }
.markdown pre code { background: none; padding: 0; white-space: pre; overflow-wrap: normal; }
.markdown blockquote { margin: 0 0 16px; padding: 0 1em; color: var(--muted); border-left: .25em solid var(--line); }
.markdown sub { color: var(--muted); }
.wide { overflow-x: auto; }
.wide table { border-collapse: collapse; }
.wide th, .wide td { border: 1px solid var(--line); padding: 6px 13px; text-align: left; overflow-wrap: normal; }
.wide th { font-weight: 600; } .wide tr:nth-child(2n) td { background: var(--soft); }
.csv { font-size: 12px; } .csv td { white-space: nowrap; max-width: 28rem; overflow: hidden; text-overflow: ellipsis; }
article > .wide { max-height: 24rem; overflow: auto; margin: 0; }
.log { background: #0d1117; color: #e6edf3; margin: 0; padding: 1rem; max-height: 28rem; overflow: auto; font: 12px/1.6 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; }
.log .n { display: inline-block; width: 3.5em; color: #7d8590; user-select: none; }
.annotations { list-style: none; margin: 0; padding: 0; }
.annotations li { border-bottom: 1px solid var(--line); border-left: 4px solid #cf222e; padding: .5rem 1rem; }
.annotations li:last-child { border-bottom: 0; }
.annotations .warning { border-left-color: #bf8700; } .annotations .notice { border-left-color: #0969da; }
.annotations code { color: var(--muted); font-size: 12px; }
.diff { border-collapse: collapse; width: 100%; font: 12px/1.6 ui-monospace, Menlo, Consolas, monospace; }
.diff td { padding: 0 10px; white-space: pre-wrap; overflow-wrap: anywhere; vertical-align: top; }
.diff td:first-child { width: 2em; }
.diff .added { background: #dafbe1; } .diff .removed { background: #ffebe9; }
.picture { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; padding: 1rem; margin-bottom: 16px; }
.picture svg { display: block; max-width: none; }
.picture text { font: 12px sans-serif; text-anchor: middle; fill: var(--text); }
.picture rect { fill: #ececff; stroke: #9370db; } .picture .edge { fill: none; stroke: #59636e; }
iframe { width: 100%; height: 40rem; border: 0; display: block; }
`.trim()
